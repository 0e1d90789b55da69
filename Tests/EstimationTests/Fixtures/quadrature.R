# Multivariate t and studentized range probabilities by tensor Gauss-Legendre quadrature, written
# out so that they share nothing with mvtnorm's or R's own algorithms.

# Nodes and weights on (-1, 1) from the Jacobi matrix (Golub & Welsch 1969).
gauss_legendre <- function(n) {
  i <- seq_len(n - 1)
  off <- i / sqrt(4 * i^2 - 1)
  jacobi <- matrix(0, n, n)
  jacobi[cbind(i, i + 1)] <- off
  jacobi[cbind(i + 1, i)] <- off
  e <- eigen(jacobi, symmetric = TRUE)
  order <- order(e$values)
  list(x = e$values[order], w = 2 * e$vectors[1, order]^2)
}

on_interval <- function(rule, from, to) {
  list(x = from + (to - from) * (rule$x + 1) / 2, w = rule$w * (to - from) / 2)
}

# s = sqrt(chi-squared / df): nodes over all but about 1e-18 of its mass, weights times density.
chi_nodes <- function(rule, df) {
  nodes <- on_interval(
    rule, sqrt(qchisq(1e-18, df) / df), sqrt(qchisq(1e-18, df, lower.tail = FALSE) / df))
  nodes$w <- nodes$w * dchisq(df * nodes$x^2, df) * 2 * df * nodes$x
  nodes
}

# P(|T_1| <= c, |T_2| <= c, |T_3| <= c) for the trivariate t with correlation r:
# given s, Z_1 is integrated over its band, Z_2 given Z_1 over its own, and Z_3 given both is a
# difference of two normal probabilities.
box3 <- function(c, r, df, n) {
  rule <- gauss_legendre(n)
  s <- chi_nodes(rule, df)
  l <- t(chol(r))
  total <- 0
  for (k in seq_along(s$x)) {
    a <- c * s$x[k]
    z1 <- on_interval(rule, -min(a, 9), min(a, 9))
    inner <- vapply(seq_along(z1$x), function(j) {
      shift <- l[2, 1] * z1$x[j]
      low <- max((-a - shift) / l[2, 2], -9)
      high <- min((a - shift) / l[2, 2], 9)
      if (low >= high) return(0)
      e2 <- on_interval(rule, low, high)
      mean <- l[3, 1] * z1$x[j] + l[3, 2] * e2$x
      sum(e2$w * dnorm(e2$x) *
        (pnorm((a - mean) / l[3, 3]) - pnorm((-a - mean) / l[3, 3])))
    }, 0)
    total <- total + s$w[k] * sum(z1$w * dnorm(z1$x) * inner)
  }
  total
}

# The same probability by inclusion and exclusion over lower orthants, each by Genz's (2004)
# trivariate t algorithm in mvtnorm.
box3_orthants <- function(c, r, df) {
  signs <- as.matrix(expand.grid(c(-1, 1), c(-1, 1), c(-1, 1)))
  sum(apply(signs, 1, function(sign) {
    prod(sign) * as.numeric(mvtnorm::pmvt(
      lower = rep(-Inf, 3), upper = sign * c, df = df, corr = r,
      algorithm = mvtnorm::TVPACK(abseps = 1e-14)))
  }))
}

# P(Q > q) for the studentized range of k means.
range_tail <- function(q, k, df, n) {
  rule <- gauss_legendre(n)
  s <- chi_nodes(rule, df)
  z <- on_interval(rule, -9, 9)
  inside <- vapply(s$x, function(x) {
    sum(z$w * k * dnorm(z$x) * (pnorm(z$x) - pnorm(z$x - q * x))^(k - 1))
  }, 0)
  1 - sum(s$w * inside)
}
