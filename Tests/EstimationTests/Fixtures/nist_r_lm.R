# What R's lm gives for NIST's eleven linear regression sets, for information -> nist_r_lm.json
source("common.R")
library(jsonlite)

agreement <- function(value, certified) {
  if (is.na(value)) return(NA_real_)
  error <- abs(value - certified)
  if (error == 0) return(17)
  -log10(if (certified == 0) error else error / abs(certified))
}

fit_set <- function(set, tolerance) {
  x <- set$x
  if (!is.matrix(x)) x <- matrix(x)
  degree <- set$polynomial_degree
  if (!is.null(degree) && degree > 1) {
    x <- vapply(seq_len(degree), function(p) x[, 1]^p, numeric(nrow(x)))
  }
  y <- set$y
  fit <- if (set$intercept) lm(y ~ x, tol = tolerance) else lm(y ~ 0 + x, tol = tolerance)
  s <- summary(fit)
  certified <- set$certified$coefficients
  b <- coef(fit)
  errors <- rep(NA_real_, length(b))
  errors[!is.na(b)] <- s$coefficients[, 2]
  stopifnot(length(b) == nrow(certified))
  list(
    n = length(y), rank = fit$rank,
    coefficients = records(data.frame(
      name = certified$name, estimate = unname(b), std_err = errors,
      estimate_digits = mapply(agreement, b, certified$estimate),
      std_err_digits = mapply(agreement, errors, certified$sd), row.names = NULL)),
    r_squared = s$r.squared,
    r_squared_digits = agreement(s$r.squared, set$certified$r_squared),
    residual_sd = s$sigma,
    residual_sd_digits = agreement(s$sigma, set$certified$residual_sd))
}

cases <- list()
for (path in sort(list.files("nist", pattern = "[.]json$", full.names = TRUE))) {
  set <- fromJSON(path)
  for (tolerance in c(1e-7, if (set$name == "Filip") 1e-10)) {
    name <- if (tolerance == 1e-7) set$name else paste0(set$name, "_tol_1e-10")
    cases[[name]] <- case(
      paste0("nist/", basename(path)), sprintf("lm(y ~ %sx, tol = %g)",
        if (set$intercept) "" else "0 + ", tolerance),
      suppressWarnings(fit_set(set, tolerance)), 0,
      "x holds the powers 1 ... degree for the polynomial sets",
      "digits of agreement with the certified value are beside each number; null is aliased")
  }
}

write_fixture("nist_r_lm.json", "nist_r_lm.R", "jsonlite", cases, paste(
  "For information, not a target: the certified values in nist/ are. Shows what Householder QR",
  "in double precision reaches on the sets NIST gives, with R's rank rule (tol = 1e-7)."))
