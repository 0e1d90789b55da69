# Limits of the variances of generalised linear mixed models by glmmTMB (Laplace's approximation): Wald limits of log standard
# deviations and of Fisher's z of correlations from the Hessian of its exact gradient, and profile limits by maximising
# its likelihood over all other parameters. Likelihood ratio tests of the random terms against glm, and the shares of
# explained variance by the formulas of Nakagawa, Johnson and Schielzeth (2017). Writes generalized_mixed_limits.json.
suppressMessages({
  library(glmmTMB)
  library(numDeriv)
})
source("common.R")
options(warn = -1)

read <- function(name) {
  frame <- cohort(name)
  sorted <- function(x) factor(x, levels = sort(unique(x), method = "radix"))
  frame[] <- lapply(frame, function(column) if (is.character(column)) sorted(column) else column)
  frame
}
quantile <- qnorm(0.975)

fit <- function(name, formula, family, plain, ours) {
  frame <- read(name)
  environment(formula) <- environment(plain) <- environment()
  counts <- if (name == "cbpp") frame$size else rep(1, nrow(frame))
  model <- glmmTMB(formula, frame, family = family, weights = counts)
  obj <- model$obj
  at <- model$fit$par
  for (step in 1:6) {
    h <- jacobian(obj$gr, at, method.args = list(eps = 1e-3, r = 5))
    at <- at - solve(h, as.vector(obj$gr(at)))
  }
  best <- obj$fn(at)
  joint <- solve(jacobian(obj$gr, at, method.args = list(eps = 1e-3, r = 6)))
  places <- which(names(at) == "theta")
  isCorrelated <- length(places) == 3
  deviations <- if (isCorrelated) places[1:2] else places
  wald <- t(sapply(deviations, function(k) exp(2 * (at[k] + c(-1, 1) * quantile * sqrt(joint[k, k])))))
  if (isCorrelated) {
    k <- places[3]
    z <- function(x) atanh(x / sqrt(1 + x^2))
    wald <- rbind(wald, tanh(z(at[k]) + c(-1, 1) * quantile * grad(z, at[k]) * sqrt(joint[k, k])))
  }
  root <- function(k, value) {
    others <- setdiff(seq_along(at), k)
    full <- function(x) { p <- at; p[others] <- x; p[k] <- value; p }
    found <- nlminb(
      at[others], function(x) obj$fn(full(x)), function(x) as.vector(obj$gr(full(x)))[others],
      control = list(rel.tol = 1e-15, x.tol = 1e-12, iter.max = 500, eval.max = 1000))
    sqrt(max(2 * (found$objective - best), 0)) - quantile
  }
  profile <- NULL
  if (!isCorrelated) {
    profile <- t(sapply(deviations, function(k) {
      width <- 6 * sqrt(joint[k, k])
      exp(2 * c(
        uniroot(function(x) root(k, x), at[k] - c(width, 0.01), tol = 1e-11)$root,
        uniroot(function(x) root(k, x), at[k] + c(0.01, width), tol = 1e-11)$root))
    }))
  }
  reduced <- glm(plain, family = family, data = frame, weights = counts)
  variances <- exp(2 * at[deviations])
  beta <- at[names(at) == "beta"]
  eta <- as.vector(model.matrix(lme4::nobars(formula), frame) %*% beta)
  design <- if (length(deviations) == 1) matrix(1, nrow(frame), 1) else cbind(1, frame$period)
  covariance <- diag(variances, length(variances))
  if (isCorrelated) {
    rho <- at[places[3]] / sqrt(1 + at[places[3]]^2)
    covariance[1, 2] <- covariance[2, 1] <- rho * sqrt(prod(variances))
  }
  random <- mean(rowSums((design %*% covariance) * design))
  own <- if (family$family == "poisson") log(1 + 1 / mean(frame$seizure_rate)) else
    switch(family$link, logit = pi^2 / 3, probit = 1, cloglog = pi^2 / 6)
  total <- var(eta) + random + own
  case(
    name, paste0("glmmTMB(", paste(deparse(formula, width.cutoff = 500), collapse = ""), ", ", family$family, ")"),
    list(
      formula = ours, family = family$family, link = family$link, log_lik = -best, plain = as.numeric(logLik(reduced)),
      statistic = 2 * (-best - as.numeric(logLik(reduced))), df = length(places), wald = wald, profile = profile,
      marginal = var(eta) / total, conditional = (var(eta) + random) / total, icc = random / (random + own)),
    digits = 7)
}

seizures <- seizure_rate ~ treatment * period + log(base)
cases <- list(
  cbpp = fit("cbpp", incidence / size ~ period + (1 | herd), binomial(), incidence / size ~ period,
    "incidence / size ~ period + (1 | herd)"),
  cbpp_probit = fit("cbpp", incidence / size ~ period + (1 | herd), binomial("probit"), incidence / size ~ period,
    "incidence / size ~ period + (1 | herd)"),
  epilepsy = fit("epilepsy", update(seizures, . ~ . + (1 | subject)), poisson(), seizures,
    "seizure_rate ~ treatment * period + log(base) + (1 | subject)"),
  epilepsy_slope = fit("epilepsy", update(seizures, . ~ . + (period | subject)), poisson(), seizures,
    "seizure_rate ~ treatment * period + log(base) + (period | subject)"),
  epilepsy_uncorrelated = fit("epilepsy", update(seizures, . ~ . + diag(period | subject)), poisson(), seizures,
    "seizure_rate ~ treatment * period + log(base) + (period || subject)"))

write_fixture(
  "generalized_mixed_limits.json", "generalized_mixed_limits.R", c("glmmTMB", "numDeriv"), cases,
  "optima refined by Newton steps on glmmTMB's gradient; profiles by nlminb with that gradient")
