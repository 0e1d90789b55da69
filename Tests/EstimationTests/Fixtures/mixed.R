# Linear mixed models: lme4 at an optimum that Newton steps on its own deviance function have refined, lmerTest's
# Satterthwaite and pbkrtest's Kenward-Roger inference at that optimum. Writes mixed.json, and the data sets that lme4 and
# nlme ship into data/.
suppressMessages({
  library(lme4)
  library(lmerTest)
  library(pbkrtest)
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
ship(lme4::Penicillin, "penicillin")
ship(lme4::Pastes[, c("strength", "batch", "cask")], "pastes")
ship(lme4::cake[, c("replicate", "recipe", "temp", "angle")], "cake")
ship(lme4::Dyestuff2, "dyestuff2")
ship(nlme::Machines, "machines")
ship(nlme::ergoStool, "ergostool")

read <- function(name) {
  frame <- cohort(name)
  frame[] <- lapply(frame, function(column) if (is.character(column)) factor(column) else column)
  frame
}

# The optimum of lme4's deviance function to the last digits.
refined <- function(formula, frame, reml, weights = NULL) {
  environment(formula) <- environment()
  control <- lmerControl(check.conv.singular = "ignore")
  parts <- lFormula(formula, frame, REML = reml, weights = weights, control = control)
  deviance <- do.call(mkLmerDevfun, parts)
  opt <- optimizeLmer(deviance, control = list(ftol_abs = 1e-14, xtol_abs = 1e-14, maxeval = 1e5))
  theta <- opt$par
  for (step in 1:8) {
    free <- !(environment(deviance)$lower == 0 & abs(theta) < 1e-6)
    theta[!free] <- 0
    if (!any(free)) break
    at <- function(x) { full <- theta; full[free] <- x; deviance(full) }
    g <- grad(at, theta[free])
    h <- hessian(at, theta[free])
    move <- tryCatch(solve(h, g), error = function(e) g * 0)
    if (max(abs(move)) > 0.1) break
    trial <- theta
    trial[free] <- theta[free] - move
    if (deviance(trial) > deviance(theta) + 1e-9) break
    theta <- trial
  }
  opt$par <- theta
  opt$fval <- deviance(theta)
  model <- mkMerMod(environment(deviance), opt, parts$reTrms, fr = parts$fr)
  model@call <- as.call(list(quote(lmer), formula = formula, data = frame, REML = reml, weights = weights))
  model
}

values <- function(model, reml, tests = TRUE) {
  test <- as_lmerModLmerTest(model)
  s <- coef(summary(test))
  components <- as.data.frame(VarCorr(model))
  own <- components[is.na(components$var2), ]
  pairs <- components[!is.na(components$var2), ]
  p <- nrow(s)
  joint <- diag(p)[-1, , drop = FALSE]
  effects <- ranef(model, condVar = TRUE)
  result <- list(
    criterion = if (reml) REMLcrit(model) else deviance(model), loglik = as.numeric(logLik(model)),
    aic = AIC(logLik(model)), bic = BIC(logLik(model)), parameters = attr(logLik(model), "df"),
    terms = items(rownames(s)), estimate = items(s[, 1]), std_error = items(s[, 2]),
    vcov = as.matrix(vcov(model)), sigma = sigma(model),
    variances = items(own$vcov), variance_groups = items(own$grp), variance_terms = items(own$var1),
    covariances = items(pairs$vcov), correlations = items(pairs$sdcor), singular = isSingular(model),
    random = lapply(effects, function(e) list(
      # lme4 keeps the variances of terms without correlation apart.
      levels = items(rownames(e)), values = as.matrix(e), conditional = items(if (is.list(attr(e, "postVar"))) NULL else as.vector(attr(e, "postVar"))))),
    fitted = items(head(fitted(model), 12)),
    fixed_variance = var(as.numeric(getME(model, "X") %*% fixef(model))),
    random_variance = mean(colSums((getME(model, "Lambdat") %*% getME(model, "Zt"))^2)) * sigma(model)^2)
  if (tests) {
    result$df_satterthwaite <- items(s[, "df"])
    if (p > 2) {
      f <- contest(test, joint, joint = TRUE, ddf = "Satterthwaite")
      result$f_satterthwaite <- list(f = f[["F value"]], df = f[["DenDF"]])
    }
    if (reml) {
      k <- vcovAdj(model)
      result$vcov_kr <- as.matrix(k)
      result$df_kr <- items(vapply(1:p, function(i) Lb_ddf(diag(p)[i, ], vcov(model), k), 0))
      if (p > 2) {
        kr <- KRmodcomp(model, joint)
        result$f_kr <- list(
          f = kr$stats$Fstat, unscaled = kr$stats$FstatU, df = kr$stats$ddf, scale = kr$stats$F.scaling)
      }
    }
  }
  result
}

fit <- function(name, formula, reml = TRUE, weights = NULL, ours = NULL, tests = TRUE) {
  frame <- read(name)
  w <- if (is.null(weights)) NULL else eval(weights, frame)
  model <- refined(formula, frame, reml, w)
  text <- paste(deparse(formula, width.cutoff = 500), collapse = "")
  case(
    name, sprintf("lmer(%s, REML = %s)", text, reml),
    c(list(formula = if (is.null(ours)) text else ours, reml = reml, weighted = !is.null(weights)),
      values(model, reml, tests)), digits = 7)
}

cases <- list(
  sleep_slope = fit("sleepstudy", reaction ~ days + (days | subject)),
  sleep_slope_ml = fit("sleepstudy", reaction ~ days + (days | subject), reml = FALSE),
  sleep_intercept = fit("sleepstudy", reaction ~ days + (1 | subject)),
  sleep_uncorrelated = fit("sleepstudy", reaction ~ days + (days || subject)),
  sleep_weighted = fit(
    "sleepstudy", reaction ~ days + (days | subject), weights = quote(1 + (days %% 3) / 2)),
  orthodont = fit("orthodont", distance ~ I(age - 11) * sex + (I(age - 11) | subject)),
  btheb = fit("btheb_long", bdi ~ bdi_pre + month + treatment + drug + length + (1 | subject)),
  btheb_ml = fit("btheb_long", bdi ~ bdi_pre + month + treatment + drug + length + (1 | subject), reml = FALSE),
  btheb_slope_ml = fit(
    "btheb_long", bdi ~ bdi_pre + month + treatment + drug + length + (month | subject), reml = FALSE),
  fdd_child = fit("ptsd_fdd_long", yc ~ factor(wave) * trt + (1 | id)),
  fdd_parent = fit("ptsd_fdd_long", yp ~ factor(wave) * trt + (1 | id)),
  dietox = fit("dietox", weight ~ time * cu + (time | pig)),
  dietox_nested = fit("dietox", weight ~ time * cu + (1 | litter/pig), ours = "weight ~ time * cu + (1 | litter/pig)"),
  dietox_nested_slopes = fit(
    "dietox", weight ~ time * cu + (time | pig) + (1 | litter),
    ours = "weight ~ time * cu + (time | pig) + (1 | litter)"),
  penicillin = fit("penicillin", diameter ~ 1 + (1 | plate) + (1 | sample)),
  pastes = fit("pastes", strength ~ 1 + (1 | batch/cask)),
  cake = fit("cake", angle ~ recipe * temp + (1 | recipe:replicate)),
  machines_nested = fit("machines", score ~ machine + (1 | worker/machine)),
  machines_us = fit("machines", score ~ machine + (0 + machine | worker)),
  machines_crossed = fit("machines", score ~ machine + (1 | worker) + (1 | worker:machine)),
  ergostool = fit("ergostool", effort ~ type + (1 | subject)),
  dyestuff2 = fit("dyestuff2", yield ~ 1 + (1 | batch), tests = FALSE))

write_fixture(
  "mixed.json", "mixed.R", c("lme4", "lmerTest", "pbkrtest", "nlme"), cases,
  "optima refined by Newton steps on lme4's deviance function; Satterthwaite df rest on numDeriv's Hessian")
