/// The root of a monotone function between two points where its signs differ.
///
/// Regula falsi with the Illinois weight, and a bisection whenever three steps did not halve the bracket: fast on the
/// nearly linear log tails it is used for, and never slower than four times bisection. An end whose value is infinite
/// is bisected away first. The width it stops at is relative to the root; a value
/// within the tolerance of 0 ends the search too.
///
/// - Returns: NaN if the signs at the ends do not differ.
func monotoneRoot(
  from first: Double, to second: Double, relativeWidth: Double = 1e-14, valueTolerance: Double = 0,
  _ function: (Double) -> Double
) -> Double {
  var (a, b) = (first, second)
  var (fa, fb) = (function(a), function(b))
  if fa == 0 { return a }
  if fb == 0 { return b }
  guard fa.sign != fb.sign, !fa.isNaN, !fb.isNaN else { return .nan }
  var widthAtCheck = abs(b - a)
  for step in 1...400 {
    if abs(b - a) <= relativeWidth * max(abs(a), abs(b)) || abs(b - a) < 1e-300 { break }
    let isStalled = step.isMultiple(of: 3) && abs(b - a) > 0.5 * widthAtCheck
    if step.isMultiple(of: 3) { widthAtCheck = abs(b - a) }
    var c = a + (b - a) * (fa / (fa - fb))
    if isStalled || !(c > min(a, b) && c < max(a, b)) { c = a + 0.5 * (b - a) }
    if c == a || c == b { break }
    let fc = function(c)
    if abs(fc) <= valueTolerance { return c }
    if fc.sign == fb.sign {
      fa *= 0.5
    } else {
      (a, fa) = (b, fb)
    }
    (b, fb) = (c, fc)
  }
  return b
}
