# Generalised estimating equations: geepack's geeglm for coefficients, correlations, scale, sandwich and QIC;
# dense matrices, person by person, for what geepack does not have or gets wrong (small-sample corrections, moments
# divided by n - p, unstructured correlations with visits missing, which end geepack 1.3.9 with a segmentation fault).
# Writes estimating.json.
suppressMessages(library(geepack))
source("common.R")
options(warn = -1)

control <- geese.control(epsilon = 1e-13, maxit = 1000)
data <- list(
  dietox = cohort("dietox"), ohio = cohort("ohio"), respiratory = cohort("respiratory"),
  epilepsy = cohort("epilepsy"), btheb_long = cohort("btheb_long"), sleepstudy = cohort("sleepstudy"))
data$respiratory$good <- as.numeric(data$respiratory$status == "good")
data$respiratory <- data$respiratory[data$respiratory$month > 0, ]
data$epilepsy$precision <- 1 + (data$epilepsy$age %% 3) / 2 + data$epilepsy$period / 4
data$epilepsy$positive <- data$epilepsy$seizure_rate + 1
# geepack's AR(1) takes the rank of a visit among all, not its number.
data$btheb_long$wave <- match(data$btheb_long$month, c(2, 3, 5, 8))
# Visits with gaps, by a rule that the tests repeat.
data$epilepsy_gaps <- data$epilepsy[(data$epilepsy$subject * 7 + data$epilepsy$period * 3) %% 11 != 0, ]

person_list <- function(id) split(seq_along(id), factor(id, levels = unique(id)))

inverse_power <- function(x, power) {
  e <- eigen(x)
  Re(e$vectors %*% diag(e$values^power, length(e$values)) %*% solve(e$vectors))
}

# All sandwiches from the full matrices of each person: R, V, H = D M D'V^-1.
dense <- function(x, y, mu, slope, variance, w, id, visit, correlation, phi) {
  people <- person_list(id)
  parts <- lapply(people, function(rows) {
    n <- length(rows)
    v <- phi * correlation(visit[rows], n) * outer(sqrt(variance[rows] / w[rows]), sqrt(variance[rows] / w[rows]))
    d <- x[rows, , drop = FALSE] * slope[rows]
    vi <- solve(v)
    list(d = d, vi = vi, e = y[rows] - mu[rows], omega = t(d) %*% vi %*% d, u = t(d) %*% vi %*% (y[rows] - mu[rows]))
  })
  bread <- solve(Reduce(`+`, lapply(parts, `[[`, "omega")))
  meat <- function(power) Reduce(`+`, lapply(parts, function(p) {
    h <- p$d %*% bread %*% t(p$d) %*% p$vi
    a <- if (power == 0) diag(nrow(h)) else inverse_power(diag(nrow(h)) - h, power)
    s <- t(p$d) %*% p$vi %*% a %*% p$e
    s %*% t(s)
  }))
  spread <- function(m) bread %*% m %*% bread
  bound <- lapply(parts, function(p) diag((1 - pmin(0.75, diag(p$omega %*% bread)))^-0.5, nrow(bread)))
  corrected <- Map(function(p, h) h %*% p$u %*% t(p$u) %*% h, parts, bound)
  total <- Reduce(`+`, corrected)
  # Fay and Graubard's df with the full matrices of order people x columns.
  k <- length(parts); p <- nrow(bread)
  g <- diag(k * p) - do.call(rbind, lapply(parts, `[[`, "omega")) %*% bread %*%
    do.call(cbind, rep(list(diag(p)), k))
  block <- function(list) {
    out <- matrix(0, k * p, k * p)
    for (i in seq_len(k)) out[(i - 1) * p + 1:p, (i - 1) * p + 1:p] <- list[[i]]
    out
  }
  df <- if (k * p > 600) NULL else vapply(seq_len(p), function(j) {
    c <- as.numeric(seq_len(p) == j)
    b <- t(g) %*% block(lapply(bound, function(h) h %*% bread %*% c %*% t(c) %*% bread %*% h)) %*% g
    w <- vapply(parts, function(q) {
      rest <- solve(solve(bread) - q$omega)
      drop(t(c) %*% (rest - bread) %*% c)
    }, 0)
    psi <- block(lapply(w / sum(w), function(share) share * total))
    pb <- psi %*% b
    sum(diag(pb))^2 / sum(pb * t(pb))
  }, 0)
  list(
    score = max(abs(Reduce(`+`, lapply(parts, `[[`, "u")) * sqrt(diag(bread)))),
    model = items(sqrt(diag(bread))), sandwich = items(sqrt(diag(spread(meat(0))))),
    mancl_derouen = items(sqrt(diag(spread(meat(-1))))),
    kauermann_carroll = items(sqrt(diag(spread(meat(-0.5))))),
    fay_graubard = items(sqrt(diag(spread(total)))), fay_graubard_df = if (is.null(df)) NA else items(df),
    covariance_kc = spread(meat(-0.5)))
}

correlation_of <- function(structure, alpha, visits) switch(structure,
  independence = function(v, n) diag(n),
  exchangeable = function(v, n) { r <- matrix(alpha, n, n); diag(r) <- 1; r },
  ar1 = function(v, n) alpha^abs(outer(v, v, "-")),
  unstructured = function(v, n) {
    r <- diag(length(visits)); r[lower.tri(r)] <- alpha; r <- r + t(r) - diag(length(visits))
    at <- match(v, visits); r[at, at, drop = FALSE]
  })

# The same iteration with full matrices, for what geepack cannot do.
turns <- function(x, y, family, id, visit, w, structure, divisor, offset) {
  people <- person_list(id)
  visits <- sort(unique(visit))
  beta <- coef(suppressWarnings(glm.fit(x, y, weights = w, family = family, offset = offset,
    control = glm.control(epsilon = 1e-14, maxit = 200))))
  pairs <- do.call(rbind, lapply(people, function(rows) if (length(rows) > 1) t(combn(rows, 2))))
  p <- ncol(x)
  less <- function(total, count) if (divisor == "n") total else total * (count - p) / count
  for (turn in 1:500) {
    eta <- drop(x %*% beta) + offset
    mu <- family$linkinv(eta); variance <- family$variance(mu)
    e <- (y - mu) / sqrt(variance)
    phi <- sum(w * e^2) / less(sum(w), length(w))
    z <- e[pairs[, 1]] * e[pairs[, 2]] / phi; wz <- w[pairs[, 1]] * w[pairs[, 2]]
    at <- cbind(match(visit[pairs[, 1]], visits), match(visit[pairs[, 2]], visits))
    alpha <- switch(structure,
      independence = numeric(0),
      exchangeable = sum(wz * z) / less(sum(wz), length(z)),
      ar1 = {
        lag <- abs(visit[pairs[, 1]] - visit[pairs[, 2]])
        if (divisor == "n") uniroot(function(a) sum(wz * lag * a^(lag - 1) * (z - a^lag)), c(1e-9, 1 - 1e-9), tol = 1e-15)$root
        else sum((wz * z)[lag == 1]) / less(sum(wz[lag == 1]), sum(lag == 1))
      },
      unstructured = {
        out <- c()
        for (j in seq_along(visits)) for (k in seq_along(visits)) if (k > j) {
          own <- (at[, 1] == j & at[, 2] == k) | (at[, 1] == k & at[, 2] == j)
          out <- c(out, sum((wz * z)[own]) / less(sum(wz[own]), sum(own)))
        }
        out
      })
    correlation <- correlation_of(structure, alpha, visits)
    slope <- family$mu.eta(eta); information <- 0; score <- 0
    for (rows in people) {
      v <- correlation(visit[rows], length(rows)) * outer(sqrt(variance[rows] / w[rows]), sqrt(variance[rows] / w[rows]))
      d <- x[rows, , drop = FALSE] * slope[rows]
      information <- information + t(d) %*% solve(v, d); score <- score + t(d) %*% solve(v, y[rows] - mu[rows])
    }
    step <- drop(solve(information, score))
    beta <- beta + step
    if (max(abs(step) / sqrt(diag(solve(information)))) < 1e-13) break
  }
  list(beta = beta, phi = phi, alpha = alpha, mu = mu, slope = slope, variance = variance, visits = visits)
}

cases <- list()
# `geepack` says whether geeglm is the reference; otherwise the dense turns are.
add <- function(name, dataset, formula, family, structure, id, visit, weights = NULL, divisor = "n", geepack = TRUE,
                qic = geepack && is.null(weights) && family$family != "Gamma") {
  here <- data[[dataset]]
  used <- all.vars(as.formula(formula))
  here <- here[complete.cases(here[, used]), ]
  here$person <- here[[id]]; here$time_of <- here[[visit]]
  here <- here[order(match(here$person, unique(here$person)), here$time_of), ]
  here$w <- if (is.null(weights)) 1 else here[[weights]]
  frame <- model.frame(as.formula(formula), here)
  x <- model.matrix(as.formula(formula), frame); y <- model.response(frame)
  offset <- if (is.null(model.offset(frame))) rep(0, nrow(here)) else model.offset(frame)
  values <- list()
  if (geepack) {
    fit <- geeglm(as.formula(formula), family = family, data = here, id = person, waves = time_of, corstr = structure,
      weights = w, control = control)
    # summary.geeglm rounds nothing; the p-values are of Wald's chi-squared with 1 df, which is z squared.
    s <- summary(fit)$coefficients
    mu <- unname(fitted(fit)); alpha <- unname(fit$geese$alpha); phi <- unname(fit$geese$gamma)
    visits <- sort(unique(here$time_of))
    own <- list(beta = coef(fit), phi = phi, alpha = alpha, mu = mu, slope = family$mu.eta(family$linkfun(mu)),
      variance = family$variance(mu), visits = visits)
    values$p <- items(s[[4]])
    values$geepack_se <- items(s[[2]])
    values$geepack_model_se <- items(sqrt(diag(fit$geese$vbeta.naiv)))
    if (qic) { q <- QIC(fit); values$qic <- q[["QIC"]]; values$qicu <- q[["QICu"]]; values$cic <- q[["CIC"]]
      values$quasi <- q[["Quasi Lik"]] }
  } else own <- turns(x, y, family, here$person, here$time_of, here$w, structure, divisor, offset)
  values$estimate <- items(own$beta); values$scale <- own$phi; values$correlations <- items(own$alpha)
  d <- dense(x, y, own$mu, own$slope, own$variance, here$w, here$person, here$time_of,
    correlation_of(structure, own$alpha, own$visits), own$phi)
  stopifnot(d$score < 1e-7)
  if (geepack) stopifnot(max(abs(unlist(d$sandwich) / s[[2]] - 1)) < 1e-7)
  values <- c(values, d[names(d) != "score"])
  values$people <- length(unique(here$person)); values$rows <- nrow(here)
  call <- paste0(if (geepack) "geeglm" else "dense turns", "(", formula, ", ", family$family, "(", family$link, "), id = ", id,
    ", waves = ", visit, ", corstr = ", structure, if (!is.null(weights)) paste0(", weights = ", weights),
    if (divisor != "n") ", moments / (n - p)", ")")
  cases[[name]] <<- case(dataset, call, values, 7)
  cat(name, "alpha", own$alpha[1], "phi", own$phi, "\n")
}

for (s in c("independence", "exchangeable", "ar1", "unstructured")) {
  add(paste0("respiratory_", s), "respiratory", "good ~ treatment + gender + age + factor(centre)", binomial(), s, "subject", "month")
  add(paste0("epilepsy_", s), "epilepsy", "seizure_rate ~ treatment + base + age + factor(period)", poisson(), s, "subject", "period")
  add(paste0("ohio_", s), "ohio", "resp ~ age * smoke", binomial(), s, "id", "age")
  # 45 correlations of 18 people: geepack goes on with a matrix that is not positive definite.
  if (s != "unstructured") add(paste0("sleepstudy_", s), "sleepstudy", "reaction ~ days", gaussian(), s, "subject", "days")
}
for (s in c("independence", "exchangeable", "ar1")) {
  add(paste0("dietox_", s), "dietox", "weight ~ evit + cu + time + I(time^2)", gaussian(), s, "pig", "time")
  add(paste0("btheb_", s), "btheb_long", "bdi ~ bdi_pre + treatment + drug + length + month", gaussian(), s, "subject", "wave")
  add(paste0("epilepsy_gaps_", s), "epilepsy_gaps", "seizure_rate ~ treatment + base + age", poisson(), s, "subject", "period")
  add(paste0("epilepsy_gamma_", s), "epilepsy", "positive ~ treatment + base + age", Gamma("log"), s, "subject", "period")
  add(paste0("epilepsy_weights_", s), "epilepsy_gaps", "seizure_rate ~ treatment + base + age", poisson(), s, "subject",
    "period", weights = "precision")
}
add("epilepsy_offset", "epilepsy", "seizure_rate ~ treatment + age + offset(log(base))", poisson(), "exchangeable", "subject", "period")
add("ohio_probit", "ohio", "resp ~ age + smoke", binomial("probit"), "exchangeable", "id", "age")
add("ohio_cloglog", "ohio", "resp ~ age + smoke", binomial("cloglog"), "exchangeable", "id", "age")
add("epilepsy_gaps_unstructured", "epilepsy_gaps", "seizure_rate ~ treatment + base + age", poisson(), "unstructured", "subject",
  "period", geepack = FALSE)
add("btheb_months_ar1", "btheb_long", "bdi ~ bdi_pre + treatment + drug + length + month", gaussian(), "ar1", "subject", "month",
  geepack = FALSE)
for (s in c("exchangeable", "ar1", "unstructured"))
  add(paste0("respiratory_less_p_", s), "respiratory", "good ~ treatment + gender + age", binomial(), s, "subject", "month",
    divisor = "n_minus_p", geepack = FALSE)

write_fixture("estimating.json", "estimating.R", "geepack", cases, paste(
  "Data in data/. respiratory: months 1 to 4, good = status is good; epilepsy: precision = 1 + (age mod 3) / 2 + period / 4,",
  "positive = seizure_rate + 1; btheb: wave = 1 to 4 for months 2, 3, 5, 8; epilepsy_gaps: rows with (7 subject + 3 period) mod 11 = 0 left out. geeglm at epsilon 1e-13.",
  "sandwich, model, mancl_derouen, kauermann_carroll, fay_graubard: standard errors from each person's full matrices at",
  "geepack's estimates; fay_graubard_df: Fay and Graubard (2001), d-tilde with the corrected scores, full matrices."))
