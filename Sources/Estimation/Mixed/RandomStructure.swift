internal import LinearAlgebra

/// The relative covariance factor of one grouping as a function of parameters, in the coordinates of the sums.
///
/// ```
/// Lambda(theta) = sum_k theta_k B_k,    Var(effects) = sigma^2 Lambda Lambda'
/// ```
/// Every structure is of this form: an unstructured covariance by its Cholesky factor, a diagonal one by standard
/// deviations, compound symmetry by `theta_1 J / w + theta_2 (I - J / w)` with J the matrix of ones. A variance of 0
/// and a correlation of 1 are ordinary points: they have no bounds, and the criterion is smooth there.
struct RandomStructure: Sendable {
  let width: Int
  /// B, one for each parameter.
  let basis: [Matrix]
  /// The parameters of the identity, where a search starts.
  let start: [Double]
  /// `dLambda Lambda'` directions that the covariance can take, as elements (a, b), a >= b, of a symmetric matrix.
  let directions: [[Double]]
  /// What each term's parameters mean, in the order of the terms.
  let terms: [TermParameters]
  /// From a column's own coordinates to those of the sums: `Delta_sums = M Delta M'`.
  let mapping: Matrix
  let inverseMapping: Matrix

  /// The pairs of columns.
  var pairCount: Int { width * (width + 1) / 2 }
  var parameterCount: Int { basis.count }

  init(_ grouping: RandomDesign.Grouping, scales: ColumnShifts) {
    let width = grouping.width
    self.width = width
    var mapping = Matrix(rowCount: width, columnCount: width)
    var inverse = mapping
    for k in 0..<width {
      let scale = scales.scales[k]
      mapping[k, k] = 1 / scale
      inverse[k, k] = scale
      guard let constant = grouping.constant, k != constant else { continue }
      // The constant itself is neither shifted nor scaled.
      mapping[constant, k] = scales.shifts[k]
      inverse[constant, k] = -scales.shifts[k] * scale
    }
    self.mapping = mapping
    inverseMapping = inverse
    var basis: [Matrix] = []
    var start: [Double] = []
    var directions: [[Double]] = []
    var terms: [TermParameters] = []
    for part in grouping.parts {
      let own = Builder(part: part, mapping: mapping, scales: scales.scales, constant: grouping.constant)
      terms.append(
        TermParameters(
          part: part, places: basis.count..<basis.count + own.basis.count,
          isInSumCoordinates: part.covariance == .unstructured && own.isSelfContained,
          scales: part.columns.map { scales.scales[$0] }))
      basis += own.basis
      start += own.start
      directions += own.directions
    }
    self.basis = basis
    self.start = start
    self.directions = directions
    self.terms = terms
  }

  /// The factor at some parameters.
  func factor(_ theta: ArraySlice<Double>) -> Matrix {
    var sum = Matrix(rowCount: width, columnCount: width)
    for (k, value) in theta.enumerated() where value != 0 { sum += basis[k].scaled(by: value) }
    return sum
  }

  /// Elements (a, b), a >= b, of a symmetric matrix, in the order (0, 0), (1, 0), (1, 1) ...
  static func elements(_ symmetric: Matrix) -> [Double] {
    (0..<symmetric.rowCount).flatMap { a in (0...a).map { b in symmetric[a, b] } }
  }

  /// The symmetric matrix of such elements.
  static func matrix(_ elements: ArraySlice<Double>, width: Int) -> Matrix {
    var result = Matrix(rowCount: width, columnCount: width)
    var place = elements.startIndex
    for a in 0..<width {
      for b in 0...a {
        result[a, b] = elements[place]
        result[b, a] = elements[place]
        place += 1
      }
    }
    return result
  }
}

/// The parameters of one term.
private struct Builder {
  let part: RandomDesign.Part
  let mapping: Matrix
  let scales: [Double]
  let constant: Int?
  var basis: [Matrix] = []
  var start: [Double] = []
  var directions: [[Double]] = []

  init(part: RandomDesign.Part, mapping: Matrix, scales: [Double], constant: Int?) {
    self.part = part
    self.mapping = mapping
    self.scales = scales
    self.constant = constant
    switch part.covariance {
    case .unstructured: unstructured()
    case .diagonal: diagonal()
    case .compoundSymmetry: compoundSymmetry()
    }
  }

  private func unit(_ a: Int, _ b: Int) -> Matrix {
    var result = Matrix(rowCount: mapping.rowCount, columnCount: mapping.rowCount)
    result[a, b] = 1
    return result
  }

  /// A shift by a constant of the term's own is taken up by a covariance that is free; another term's is not.
  var isSelfContained: Bool {
    constant.map(part.columns.contains) ?? true
      || part.columns.allSatisfy { k in constant.map { mapping[$0, k] == 0 } ?? true }
  }

  private mutating func add(_ own: Matrix, start value: Double) {
    basis.append(own)
    start.append(value)
  }

  private mutating func addDirection(_ own: Matrix) { directions.append(RandomStructure.elements(own)) }

  private mutating func unstructured() {
    for a in part.columns {
      for b in part.columns.lowerBound...a {
        let value = a == b ? 1.0 : 0
        let both = a == b ? unit(a, b) : unit(a, b) + unit(b, a)
        if isSelfContained {
          add(unit(a, b), start: value)
          addDirection(both)
        } else {
          add((mapping * unit(a, b)).scaled(by: scales[a]), start: value)
          addDirection(mapping * both * mapping.transposed())
        }
      }
    }
  }

  private mutating func diagonal() {
    for a in part.columns {
      add((mapping * unit(a, a)).scaled(by: scales[a]), start: 1)
      addDirection(mapping * unit(a, a) * mapping.transposed())
    }
  }

  private mutating func compoundSymmetry() {
    let order = mapping.rowCount
    var (ones, identity) = (
      Matrix(rowCount: order, columnCount: order), Matrix(rowCount: order, columnCount: order)
    )
    for a in part.columns {
      identity[a, a] = 1
      for b in part.columns { ones[a, b] = 1 }
    }
    let mean = ones.scaled(by: 1 / Double(part.columns.count))
    let scale = scales[part.columns.lowerBound]
    add((mapping * mean).scaled(by: scale), start: 1)
    add((mapping * (identity - mean)).scaled(by: scale), start: 1)
    addDirection(mapping * identity * mapping.transposed())
    addDirection(mapping * (ones - identity) * mapping.transposed())
  }
}
