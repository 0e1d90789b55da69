/// The elements of a drawing, in painting order, and the one `<svg>` around them.
package struct Canvas {
  /// Where colours come from.
  package let ink: FigureInk
  /// The size of body text.
  package let fontSize: Double
  private let idPrefix: String
  private var body = ""

  package init(idPrefix: String, layout: FigureLayout, ink: FigureInk) {
    precondition(Self.isIdentifier(idPrefix), "an id starts with a letter, then letters, digits, - and _")
    self.idPrefix = idPrefix
    self.ink = ink
    // The narrow drawing is shown at about nine tenths of its size, the wide one at its size or more.
    fontSize = layout == .wide ? 13 : 14
  }

  /// The height of a line of text.
  package var lineHeight: Double { (fontSize * 1.35).rounded() }

  /// The size of secondary text.
  package var smallSize: Double { fontSize - 1 }

  /// An identifier of this drawing.
  package func id(_ name: String) -> String { "\(idPrefix)-\(name)" }

  // MARK: - Marks

  /// A straight line.
  package mutating func line(
    from start: Position, to end: Position, _ paint: Paint, width: Double = 1, dashes: String = ""
  ) {
    var attributes = [
      ("x1", Markup.coordinate(start.x)), ("y1", Markup.coordinate(start.y)),
      ("x2", Markup.coordinate(end.x)), ("y2", Markup.coordinate(end.y)),
      ("stroke", paint.value(ink)), ("stroke-width", Markup.coordinate(width)),
    ]
    if !dashes.isEmpty { attributes.append(("stroke-dasharray", dashes)) }
    element("line", attributes)
  }

  /// A path, stroked, filled or both.
  package mutating func path(
    _ data: String, stroke: Paint = .none, fill: Paint = .none, width: Double = 1, dashes: String = "",
    fillOpacity: Double = 1, clip: String? = nil, tooltip: String? = nil
  ) {
    guard !data.isEmpty else { return }
    var attributes = [("d", data), ("fill", fill.value(ink))]
    if fillOpacity < 1 { attributes.append(("fill-opacity", Markup.coordinate(fillOpacity))) }
    if stroke != .none {
      attributes += [
        ("stroke", stroke.value(ink)), ("stroke-width", Markup.coordinate(width)),
        ("stroke-linejoin", "round"),
      ]
      if !dashes.isEmpty { attributes.append(("stroke-dasharray", dashes)) }
    }
    if let clip { attributes.append(("clip-path", "url(#\(id(clip)))")) }
    element("path", attributes, tooltip: tooltip)
  }

  /// A marker in a series' shape and colour, with a thin ring of ground that sets it off from lines.
  package mutating func marker(_ style: Int, at place: Position, radius: Double = 4.2, tooltip: String? = nil)
  {
    let shape = SeriesStyle(style).marker
    let outline = shape.path(x: place.x, y: place.y, radius: shape.isOpen ? radius - 0.4 : radius)
    path(
      outline, stroke: shape.isOpen ? .series(style) : .ground, fill: shape.isOpen ? .ground : .series(style),
      width: shape.isOpen ? 1.8 : 1, tooltip: tooltip)
  }

  /// How text hangs on its position.
  package enum Anchor: String {
    case start, middle, end
  }

  /// A line of text on its baseline.
  ///
  /// `halo` sets it off from marks behind it.
  package mutating func text(
    _ content: String, at place: Position, anchor: Anchor = .start, _ paint: Paint = .text,
    size: Double? = nil, isBold: Bool = false, halo: Bool = false, full: String? = nil
  ) {
    var attributes = [
      ("x", Markup.coordinate(place.x)), ("y", Markup.coordinate(place.y)), ("fill", paint.value(ink)),
    ]
    if anchor != .start { attributes.append(("text-anchor", anchor.rawValue)) }
    if let size { attributes.append(("font-size", Markup.coordinate(size))) }
    if isBold { attributes.append(("font-weight", "600")) }
    if halo {
      attributes += [
        ("stroke", Paint.ground.value(ink)), ("stroke-width", "3"), ("stroke-linejoin", "round"),
        ("paint-order", "stroke"),
      ]
    }
    element("text", attributes, content: content, tooltip: full == content ? nil : full)
  }

  /// A rectangle that parts of the drawing may be cut to.
  package mutating func clip(_ name: String, left: Double, top: Double, width: Double, height: Double) {
    body +=
      "<clipPath id=\"\(id(name))\"><rect x=\"\(Markup.coordinate(left))\" y=\"\(Markup.coordinate(top))\""
    body += " width=\"\(Markup.coordinate(width))\" height=\"\(Markup.coordinate(height))\"/></clipPath>\n"
  }

  // MARK: - Document

  /// The finished drawing.
  package func finish(width: Double, height: Double, title: String, description: String) -> String {
    let (w, h) = (Markup.coordinate(width), Markup.coordinate(height))
    var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tandem-figure\" viewBox=\"0 0 \(w) \(h)\""
    text += ink == .page ? " width=\"100%\"" : " width=\"\(w)\" height=\"\(h)\""
    text +=
      " role=\"img\" aria-labelledby=\"\(id("title")) \(id("desc"))\" font-size=\"\(Markup.coordinate(fontSize))\""
    if ink == .paper { text += " font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\"" }
    text += ">\n<title id=\"\(id("title"))\">\(Markup.escape(title))</title>\n"
    text += "<desc id=\"\(id("desc"))\">\(Markup.escape(description))</desc>\n"
    if ink == .paper {
      text += "<rect width=\"\(w)\" height=\"\(h)\" fill=\"\(Paint.ground.value(ink))\"/>\n"
    }
    return text + body + "</svg>\n"
  }

  private mutating func element(
    _ name: String, _ attributes: [(String, String)], content: String? = nil, tooltip: String? = nil
  ) {
    body += "<\(name)"
    for (key, value) in attributes { body += " \(key)=\"\(Markup.escape(value))\"" }
    guard content != nil || tooltip != nil else {
      body += "/>\n"
      return
    }
    body += ">"
    if let tooltip { body += "<title>\(Markup.escape(tooltip))</title>" }
    body += "\(Markup.escape(content ?? ""))</\(name)>\n"
  }

  private static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { byte in
      isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
