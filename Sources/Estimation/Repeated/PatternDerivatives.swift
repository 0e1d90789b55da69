internal import LinearAlgebra

/// A symmetric matrix by its elements that are not 0, each off-diagonal one once.
struct SparseSymmetric: Sendable {
  var rows: [Int] = []
  var columns: [Int] = []
  var values: [Double] = []

  mutating func append(_ row: Int, _ column: Int, _ value: Double) {
    rows.append(row)
    columns.append(column)
    values.append(value)
  }

  var count: Int { values.count }

  /// `tr(A B)` with B of any kind.
  func trace(_ other: Matrix) -> Double {
    other.withElements { elements in
      var sum = 0.0
      let order = other.rowCount
      for k in values.indices {
        let (a, b) = (rows[k], columns[k])
        sum +=
          values[k] * (a == b ? elements[a + order * a] : elements[a + order * b] + elements[b + order * a])
      }
      return sum
    }
  }

  /// `K A B`.
  func between(_ left: Matrix, _ right: Matrix) -> Matrix {
    let order = left.rowCount
    if count > order { return left * (dense(order) * right) }
    var result = Matrix(rowCount: order, columnCount: order)
    for k in values.indices {
      Self.addProduct(left, rows[k], columns[k], right, values[k], to: &result)
      if rows[k] != columns[k] { Self.addProduct(left, columns[k], rows[k], right, values[k], to: &result) }
    }
    return result
  }

  /// Adds a column of the left times a row of the right.
  private static func addProduct(
    _ left: Matrix, _ column: Int, _ row: Int, _ right: Matrix, _ value: Double, to result: inout Matrix
  ) {
    let order = left.rowCount
    left.withElements { left in
      right.withElements { right in
        result.withMutableElements { result in
          for j in 0..<order {
            let factor = value * right[row + order * j]
            for i in 0..<order { result[i + order * j] += left[i + order * column] * factor }
          }
        }
      }
    }
  }

  func dense(_ order: Int) -> Matrix {
    var result = Matrix(rowCount: order, columnCount: order)
    for k in values.indices {
      result[rows[k], columns[k]] = values[k]
      result[columns[k], rows[k]] = values[k]
    }
    return result
  }
}

/// What one pattern needs to add its part of the derivatives.
///
/// With `K = V^-1` and `Y = K [C U^-1 | r]`, where `U^-1 U^-T = (C'V^-1C)^-1`, all of it is a function of K
/// and the products `sum_i Y_ia Y_ib'` of pairs of visits a, b.
struct PatternDerivatives {
  let visits: Int
  let columnCount: Int
  let inverse: Matrix
  /// `sum vec(Y) vec(Y)'`: for each pair of visits a block of columns + 1.
  let products: Matrix
  /// Derivatives of the covariance in each parameter of the group.
  let first: [SparseSymmetric]
  /// `sum Y_a'Y_b` over the columns of the design, and over the residual.
  let design: Matrix
  let residual: Matrix

  /// `transform` is `[U^-1, -g; 0, 1]`.
  init?(_ block: PatternRows, _ point: CovariancePoint, transform: Matrix) {
    let (group, places) = (block.pattern.group, block.pattern.visits)
    guard let factor = try? CholeskyFactor(point.matrix(group, places)) else { return nil }
    visits = places.count
    columnCount = transform.rowCount - 1
    inverse = factor.inverse()
    let width = transform.rowCount
    let rows = (block.rows * transform).columnMajor
    let solved = factor.solve(
      Matrix(rowCount: visits, columnCount: block.personCount * width, columnMajor: rows))
    products = Self.wide(solved, people: block.personCount, width: width).crossProduct()
    var first = [SparseSymmetric](repeating: SparseSymmetric(), count: point.shape.parameterCount)
    for i in 0..<visits {
      for j in i..<visits {
        let entry = point.entry(group, places[i], places[j])
        for (index, value) in zip(entry.indices, entry.first) { first[index].append(i, j, value) }
      }
    }
    self.first = first
    (design, residual) = Self.traces(products, visits: visits, width: width)
  }

  /// One row a person, visit by visit.
  private static func wide(_ solved: Matrix, people: Int, width: Int) -> Matrix {
    let visits = solved.rowCount
    var elements = [Double](repeating: 0, count: people * width * visits)
    solved.withElements { source in
      for column in 0..<width {
        for person in 0..<people {
          let from = visits * (person + people * column)
          for visit in 0..<visits {
            elements[person + people * (column + width * visit)] = source[from + visit]
          }
        }
      }
    }
    return Matrix(rowCount: people, columnCount: width * visits, columnMajor: elements)
  }

  private static func traces(_ products: Matrix, visits: Int, width: Int) -> (Matrix, Matrix) {
    var design = Matrix(rowCount: visits, columnCount: visits)
    var residual = design
    for b in 0..<visits {
      for a in 0..<visits {
        var sum = 0.0
        for column in 0..<width - 1 { sum += products[column + width * a, column + width * b] }
        design[a, b] = sum
        residual[a, b] = products[width - 1 + width * a, width - 1 + width * b]
      }
    }
    return (design, residual)
  }

  /// Adds `factor sum_ab A_ab Y_a'Y_b` over the design to a matrix, and over design and residual to a vector.
  func add(
    _ matrix: SparseSymmetric, factor: Double, to square: inout [Double], at squareStart: Int,
    residualTo vector: inout [Double], at vectorStart: Int
  ) {
    let (p, width) = (columnCount, columnCount + 1)
    let order = width * visits
    var square = square.mutableSpan
    var vector = vector.mutableSpan
    products.withElements { source in
      for k in 0..<matrix.count {
        let (a, b) = (width * matrix.rows[k], width * matrix.columns[k])
        let value = matrix.values[k]
        let isDiagonal = a == b
        for l in 0..<p {
          let (left, right) = (a + order * (b + l), b + order * (a + l))
          let target = squareStart + p * l
          if isDiagonal {
            for j in 0..<p { square[target + j] += factor * value * source[left + j] }
          } else {
            for j in 0..<p { square[target + j] += factor * value * (source[left + j] + source[right + j]) }
          }
        }
        for j in 0..<p {
          let both = source[a + j + order * (b + p)] + (isDiagonal ? 0 : source[b + j + order * (a + p)])
          vector[vectorStart + j] += value * both
        }
      }
    }
  }
}
