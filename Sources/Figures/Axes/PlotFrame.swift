/// The rectangle that data is drawn in, in user units.
package struct PlotFrame: Sendable, Hashable {
  package var left: Double
  package var right: Double
  package var top: Double
  package var bottom: Double

  package var width: Double { right - left }
  package var height: Double { bottom - top }

  package init(left: Double, right: Double, top: Double, bottom: Double) {
    self.left = left
    self.right = right
    self.top = top
    self.bottom = bottom
  }
}
