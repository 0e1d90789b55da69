import Tandem
import Yams

/// Parts of a YAML text to be written.
enum YAMLNode {
  static func mapping(_ members: [(String, Node)]) -> Node {
    .mapping(Node.Mapping(members.map { (Node.scalar(Node.Scalar($0.0)), $0.1) }))
  }

  static func list(_ elements: [Node]) -> Node { .sequence(Node.Sequence(elements)) }

  /// A text, in quotes where YAML would take it for something else.
  static func text(_ text: String) -> Node { .scalar(text.represented()) }

  static func texts(_ texts: [String]) -> Node {
    .sequence(Node.Sequence(texts.map(text), .implicit, .flow))
  }

  static func number(_ value: Double) -> Node { .scalar(Node.Scalar(NumberText.shortest(value))) }

  static func numbers(_ values: [Double]) -> Node {
    .sequence(Node.Sequence(values.map(number), .implicit, .flow))
  }

  static func flag(_ value: Bool) -> Node { .scalar(Node.Scalar(value ? "true" : "false")) }
}
