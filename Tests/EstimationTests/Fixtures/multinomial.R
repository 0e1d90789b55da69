# Baseline-category logit models: nnet's multinom, polished by Newton's method on the written-out likelihood.
# Writes multinomial.json. multinom stops at some 5 digits, so that its optimum is only where Newton's steps begin;
# covariances are the inverse of the analytic information, HC0 and CR0 the sums of squared scores, by row or cluster.
suppressMessages(library(nnet))
source("common.R")

sets <- list(help_rct = cohort("help_rct"), survival_veteran = cohort("survival_veteran"), btheb_wide = cohort("btheb_wide"))
sets$help_rct$precision <- sets$help_rct$pss_fr + 1

# What Newton's method needs at stacked coefficients b (equation by equation).
parts <- function(b, x, y, w) {
  k <- ncol(x); m <- ncol(y) - 1
  eta <- cbind(0, x %*% matrix(b, k, m))
  eta <- eta - apply(eta, 1, max)
  p <- exp(eta) / rowSums(exp(eta))
  scores <- do.call(cbind, lapply(1:m, function(j) w * (y[, j + 1] - p[, j + 1]) * x))
  info <- matrix(0, k * m, k * m)
  for (j in 1:m) for (l in 1:m) {
    v <- w * p[, j + 1] * ((j == l) - p[, l + 1])
    info[(j - 1) * k + 1:k, (l - 1) * k + 1:k] <- t(x) %*% (v * x)
  }
  list(scores = scores, score = colSums(scores), info = info, loglik = sum(w * rowSums(y * log(p))), p = p)
}

multinomial <- function(name, formula, reference = NULL, weights = NULL, cluster = NULL) {
  data <- sets[[name]]
  data <- data[complete.cases(data[, c(all.vars(formula), cluster)]), ]
  response <- factor(data[[all.vars(formula)[1]]])
  if (!is.null(reference)) response <- relevel(response, reference)
  data$response_ <- response
  right <- update(formula, response_ ~ .)
  w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  data$w_ <- w
  first <- multinom(right, data = data, weights = w_, maxit = 1000, trace = FALSE)
  x <- model.matrix(right, data)
  y <- outer(as.integer(response), seq_len(nlevels(response)), "==") * 1
  b <- as.numeric(t(matrix(coef(first), nlevels(response) - 1)))
  for (i in 1:30) {
    at <- parts(b, x, y, w)
    b <- b + solve(at$info, at$score)
  }
  at <- parts(b, x, y, w)
  covariance <- solve(at$info)
  sandwich <- function(scores) sqrt(diag(covariance %*% crossprod(scores) %*% covariance))
  m <- nlevels(response) - 1
  by_level <- function(v) matrix(v, m, byrow = TRUE)
  values <- list(
    levels = items(levels(response)), terms = items(colnames(x)), estimate = by_level(b),
    std_err = by_level(sqrt(diag(covariance))), covariance = covariance,
    hc0 = by_level(sandwich(at$scores)), log_lik = at$loglik, aic = -2 * at$loglik + 2 * length(b),
    bic = -2 * at$loglik + log(nrow(data)) * length(b), n = nrow(data),
    null_log_lik = { s <- colSums(w * y); sum(s * log(s / sum(s))) },
    probabilities = at$p[1:5, ],
    multinom_digits = -log10(max(abs(b - as.numeric(t(matrix(coef(first), m)))) / abs(b))))
  if (!is.null(cluster)) {
    values$clusters <- length(unique(data[[cluster]]))
    values$cr0 <- by_level(sandwich(rowsum(at$scores, data[[cluster]])))
  }
  list(dataset = name, call = paste0("multinom(", deparse1(formula), "), then Newton"),
    reference = if (is.null(reference)) levels(response)[1] else reference, values = values)
}

cases <- list(
  help = multinomial("help_rct", substance ~ age + female + cesd, cluster = "racegrp"),
  help_heroin = multinomial("help_rct", substance ~ age + sex * homeless + mcs + i1, reference = "heroin"),
  help_weights = multinomial("help_rct", substance ~ age + female, weights = "precision"),
  help_race = multinomial("help_rct", racegrp ~ age + substance + sex),
  veteran = multinomial("survival_veteran", celltype ~ karno + age, cluster = "diagtime"))

write_fixture("multinomial.json", "multinomial.R", "nnet", cases, paste(
  "Data in data/; precision = pss_fr + 1 (help). multinom_digits is how far multinom itself came. CR0 of the veteran",
  "case by diagtime as text, of the help case by racegrp."))
