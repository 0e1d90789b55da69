# Generalised linear mixed models: lme4 at an optimum that Newton steps on its own deviance function have refined, standard
# errors from numDeriv's Hessian of that function over all parameters. From glmmTMB: links other than the natural one,
# where lme4's approximation takes the expected information and ours the observed one; and binary responses by Laplace's
# approximation, of which lme4's value is only good to 1e-4 (its modes are not carried to convergence). Writes generalized_mixed.json, and
# the data sets that lme4 ships into data/.
suppressMessages({
  library(lme4)
  library(glmmTMB)
  library(numDeriv)
})
source("common.R")
options(warn = -1)

ship <- function(frame, name) {
  frame <- as.data.frame(frame)
  names(frame) <- tolower(names(frame))
  frame[] <- lapply(frame, function(column) if (is.factor(column)) as.character(column) else column)
  write.csv(frame, file.path("data", paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}
ship(transform(lme4::cbpp, herd = paste0("h", herd), period = paste0("p", period)), "cbpp")
ship(
  transform(
    lme4::grouseticks[, c("INDEX", "TICKS", "BROOD", "HEIGHT", "YEAR", "LOCATION")],
    INDEX = paste0("i", INDEX), BROOD = paste0("b", BROOD), YEAR = paste0("y", YEAR),
    LOCATION = paste0("l", LOCATION)), "grouseticks")
verbal <- subset(lme4::VerbAgg, as.integer(id) <= 60, c("Anger", "item", "id", "btype", "situ", "mode", "r2"))
verbal$r2 <- as.integer(verbal$r2 == "Y")
ship(transform(verbal, id = paste0("v", id)), "verbagg60")

read <- function(name) {
  frame <- cohort(name)
  # Levels in the order of their bytes, whatever the locale.
  sorted <- function(x) factor(x, levels = sort(unique(x), method = "radix"))
  frame[] <- lapply(frame, function(column) if (is.character(column)) sorted(column) else column)
  frame
}

# The optimum of lme4's deviance function to the last digits, and its Hessian there.
refined <- function(formula, frame, family, points, weights = NULL) {
  environment(formula) <- environment()
  control <- glmerControl(tolPwrss = 1e-13, check.conv.singular = "ignore")
  parts <- glFormula(formula, frame, family = family, weights = weights, control = control)
  deviance <- do.call(mkGlmerDevfun, c(parts, list(control = control)))
  opt <- optimizeGlmer(deviance)
  deviance <- updateGlmerDevfun(deviance, parts$reTrms, nAGQ = points)
  opt <- optimizeGlmer(deviance, stage = 2, control = list(ftol_abs = 1e-14, xtol_abs = 1e-14, maxeval = 1e5))
  at <- opt$par
  for (step in 1:6) {
    g <- grad(deviance, at, method.args = list(eps = 1e-3, r = 4))
    h <- hessian(deviance, at, method.args = list(eps = 1e-2, r = 5))
    move <- solve(h, g)
    if (deviance(at - move) > deviance(at) + 1e-8) break
    at <- at - move
  }
  h <- hessian(deviance, at, method.args = list(eps = 1e-2, r = 6))
  # Last, as the model is made of what the function was called with last.
  opt$par <- at
  opt$fval <- deviance(at)
  model <- mkMerMod(environment(deviance), opt, parts$reTrms, fr = parts$fr)
  list(model = model, value = opt$fval, hessian = h, step = sqrt(abs(sum(move * g))))
}

random <- function(model) {
  effects <- ranef(model, condVar = TRUE)
  lapply(effects, function(e) list(
    levels = items(rownames(e)), values = as.matrix(e),
    # lme4 keeps the variances of terms without correlation apart.
    conditional = items(if (is.list(attr(e, "postVar"))) NULL else as.vector(attr(e, "postVar")))))
}

components <- function(model) {
  own <- as.data.frame(VarCorr(model))
  list(
    variances = items(own$vcov[is.na(own$var2)]), groups = items(own$grp[is.na(own$var2)]),
    covariances = items(own$vcov[!is.na(own$var2)]))
}

fit <- function(name, formula, family, points = 1, ours = NULL, weights = NULL) {
  frame <- read(name)
  found <- refined(formula, frame, family, points, if (is.null(weights)) NULL else eval(weights, frame))
  model <- found$model
  p <- length(fixef(model))
  m <- length(getME(model, "theta"))
  joint <- 2 * solve(found$hessian)
  own <- joint[m + 1:p, m + 1:p, drop = FALSE]
  criterion <- found$value
  y <- model@resp$y
  n <- model@resp$weights
  # With several points lme4's value lacks the log-likelihood of a perfect fit.
  if (points > 1) {
    perfect <- if (family$family == "binomial") dbinom(round(y * n), round(n), y, log = TRUE) else n * dpois(y, y, log = TRUE)
    criterion <- criterion - 2 * sum(perfect)
  }
  text <- paste(deparse(formula, width.cutoff = 500), collapse = "")
  cat(sprintf("%-28s %12.6f  last step %.1e\n", text, criterion, found$step))
  case(
    name, sprintf("glmer(%s, %s(%s), nAGQ = %d)", text, family$family, family$link, points),
    c(
      list(
        formula = if (is.null(ours)) text else ours, family = family$family, link = family$link, points = points,
        weighted = !is.null(weights), criterion = criterion, parameters = p + m,
        aic = criterion + 2 * (p + m), bic = criterion + log(nrow(frame)) * (p + m),
        conditional_deviance = sum(model@resp$devResid()), estimate = items(fixef(model)),
        std_error = items(sqrt(diag(own))), vcov = own, fitted = items(head(fitted(model), 12)),
        random = random(model)), components(model)), digits = 7)
}

template <- function(name, formula, family, ours) {
  frame <- read(name)
  environment(formula) <- environment()
  weights <- if (name == "cbpp") frame$size else rep(1, nrow(frame))
  model <- glmmTMB(
    formula, frame, family = family, weights = weights,
    control = glmmTMBControl(optCtrl = list(rel.tol = 1e-15, abs.tol = 0, x.tol = 1e-14, iter.max = 1e4, eval.max = 1e4)))
  # Newton steps on the exact gradient.
  at <- model$fit$par
  for (step in 1:5) {
    h <- jacobian(model$obj$gr, at, method.args = list(eps = 1e-3, r = 5))
    move <- solve(h, as.vector(model$obj$gr(at)))
    at <- at - move
  }
  h <- jacobian(model$obj$gr, at, method.args = list(eps = 1e-3, r = 5))
  criterion <- 2 * model$obj$fn(at)
  p <- sum(names(at) == "beta")
  covariance <- solve((h + t(h)) / 2)[1:p, 1:p]
  text <- paste(deparse(formula, width.cutoff = 500), collapse = "")
  cat(sprintf("%-28s %12.6f  last step %.1e\n", text, criterion, max(abs(move))))
  case(
    name, sprintf("glmmTMB(%s, %s(%s))", text, family$family, family$link),
    list(
      formula = ours, family = family$family, link = family$link, points = 1, weighted = FALSE,
      criterion = criterion, parameters = length(at), aic = criterion + 2 * length(at),
      bic = criterion + log(nrow(frame)) * length(at), estimate = items(at[1:p]),
      std_error = items(sqrt(diag(covariance))), vcov = covariance,
      variances = items(exp(2 * at[p + 1]))), digits = 7)
}

cases <- list(
  cbpp = fit("cbpp", cbind(incidence, size - incidence) ~ period + (1 | herd), binomial(),
    ours = "incidence / size ~ period + (1 | herd)"),
  cbpp_10 = fit("cbpp", cbind(incidence, size - incidence) ~ period + (1 | herd), binomial(), 10,
    ours = "incidence / size ~ period + (1 | herd)"),
  cbpp_probit = template("cbpp", incidence / size ~ period + (1 | herd), binomial("probit"),
    "incidence / size ~ period + (1 | herd)"),
  cbpp_cloglog = template("cbpp", incidence / size ~ period + (1 | herd), binomial("cloglog"),
    "incidence / size ~ period + (1 | herd)"),
  ohio = template("ohio", resp ~ age * smoke + (1 | id), binomial(), "resp ~ age * smoke + (1 | id)"),
  ohio_10 = fit("ohio", resp ~ age * smoke + (1 | id), binomial(), 10),
  ohio_25 = fit("ohio", resp ~ age * smoke + (1 | id), binomial(), 25),
  respiratory = template(
    "respiratory", as.numeric(status == "poor") ~ treatment * month + (1 | subject), binomial(),
    "status ~ treatment * month + (1 | subject)"),
  respiratory_15 = fit(
    "respiratory", as.numeric(status == "poor") ~ treatment * month + (1 | subject), binomial(), 15,
    ours = "status ~ treatment * month + (1 | subject)"),
  epilepsy = fit("epilepsy", seizure_rate ~ treatment * period + log(base) + (1 | subject), poisson()),
  epilepsy_10 = fit("epilepsy", seizure_rate ~ treatment * period + log(base) + (1 | subject), poisson(), 10),
  epilepsy_slope = fit("epilepsy", seizure_rate ~ treatment * period + log(base) + (period | subject), poisson()),
  epilepsy_uncorrelated = fit(
    "epilepsy", seizure_rate ~ treatment * period + log(base) + (period || subject), poisson()),
  epilepsy_offset = fit("epilepsy", seizure_rate ~ treatment * period + offset(log(base)) + (1 | subject), poisson()),
  epilepsy_weighted = fit(
    "epilepsy", seizure_rate ~ treatment * period + log(base) + (1 | subject), poisson(), weights = quote(1 + (period %% 2) / 2)),
  epilepsy_rows = fit(
    "epilepsy", seizure_rate ~ treatment * period + log(base) + (1 | subject) + (1 | subject:period), poisson(),
    ours = "seizure_rate ~ treatment * period + log(base) + (1 | subject) + (1 | subject:period)"),
  grouseticks = fit(
    "grouseticks", ticks ~ year + I((height - 460) / 50) + (1 | brood) + (1 | index) + (1 | location), poisson()),
  verbal = fit("verbagg60", r2 ~ anger + btype + situ + mode + (1 | id) + (1 | item), binomial()))

write_fixture(
  "generalized_mixed.json", "generalized_mixed.R", c("lme4", "glmmTMB", "numDeriv"), cases,
  "optima refined by Newton steps on lme4's deviance function (tolPwrss 1e-13) and on glmmTMB's gradient")
