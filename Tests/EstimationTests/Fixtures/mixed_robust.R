# Cluster-robust errors of linear mixed models by clubSandwich: CR0 to CR3, Satterthwaite's degrees of freedom and joint
# tests (HTZ), at optima of lme4 that Newton steps on its own deviance function have refined. Writes mixed_robust.json.
suppressMessages({
  library(nlme)
  library(lme4)
  library(clubSandwich)
  library(numDeriv)
})
source("common.R")
options(warn = -1)

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

coefficients_of <- function(model) if (inherits(model, "lme")) nlme::fixef(model) else lme4::fixef(model)

robust <- function(name, call, model, ours, frame, cluster, reml, weighted = FALSE, named = FALSE) {
  p <- length(coefficients_of(model))
  kinds <- lapply(c(cr0 = "CR0", cr1 = "CR1", cr2 = "CR2", cr3 = "CR3"), function(type) {
    v <- vcovCR(model, cluster = frame[[cluster]], type = type)
    test <- coef_test(model, vcov = v, test = "Satterthwaite")
    result <- list(
      vcov = as.matrix(v), std_error = items(test$SE), df = items(test$df_Satt), p_value = items(test$p_Satt))
    if (p > 2) {
      joint <- Wald_test(model, constraints = constrain_zero(2:p), vcov = v, test = "HTZ")
      result$f <- joint$Fstat
      result$f_df <- joint$df_denom
    }
    result
  })
  case(
    name, sprintf("vcovCR(%s, cluster = %s); coef_test; Wald_test", call, cluster),
    c(list(
      formula = ours, reml = reml, weighted = weighted, cluster = cluster, named = named,
      terms = items(names(coefficients_of(model))), estimate = items(coefficients_of(model))), kinds), digits = 6)
}

fit <- function(name, formula, cluster, reml = TRUE, named = FALSE) {
  frame <- read(name)
  frame <- frame[complete.cases(frame[all.vars(formula)]), ]
  text <- paste(deparse(formula, width.cutoff = 500), collapse = "")
  robust(
    name, sprintf("lmer(%s, REML = %s)", text, reml), refined(formula, frame, reml), text, frame, cluster, reml,
    named = named)
}

# clubSandwich refuses lmer's weights, and takes nlme's.
weighted <- function() {
  frame <- read("sleepstudy")
  frame$v <- 1 / (1 + (frame$days %% 3) / 2)
  model <- lme(
    reaction ~ days, random = ~ 1 | subject, data = frame, weights = varFixed(~ v),
    control = lmeControl(tolerance = 1e-12, msTol = 1e-12, msMaxIter = 500, opt = "optim", reltol = 1e-15))
  robust(
    "sleepstudy", "lme(reaction ~ days, random = ~ 1 | subject, weights = varFixed(~ v))", model,
    "reaction ~ days + (1 | subject)", frame, "subject", TRUE, weighted = TRUE)
}

cases <- list(
  sleep_slope = fit("sleepstudy", reaction ~ days + (days | subject), "subject"),
  sleep_weighted = weighted(),
  btheb_ml = fit(
    "btheb_long", bdi ~ bdi_pre + month + treatment + drug + length + (1 | subject), "subject", reml = FALSE),
  dietox = fit("dietox", weight ~ time * cu + (time | pig), "pig"),
  dietox_litter = fit("dietox", weight ~ time * cu + (time | pig), "litter", named = TRUE),
  dietox_nested = fit("dietox", weight ~ time * cu + (1 | litter/pig), "litter"),
  machines_nested = fit("machines", score ~ machine + (1 | worker/machine), "worker"))

write_fixture(
  "mixed_robust.json", "mixed_robust.R", c("lme4", "nlme", "clubSandwich", "numDeriv"), cases,
  "optima of lme4 refined by Newton steps on its own deviance function")
