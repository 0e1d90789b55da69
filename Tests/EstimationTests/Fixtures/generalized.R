# Generalised linear models in R: glm, MASS::glm.nb, sandwich's vcovHC, brglm2 for Firth, nnet's multinom.
# Writes generalized.json. The iterations are run to epsilon 1e-14, far below R's default of 1e-8.
suppressMessages({
  library(MASS); library(sandwich); library(brglm2); library(nnet)
})
source("common.R")
options(warn = -1)

data <- list(
  help_rct = cohort("help_rct"), uis_drug_relapse = cohort("uis_drug_relapse"),
  survival_veteran = cohort("survival_veteran"), survival_lung = cohort("survival_lung"),
  survival_ovarian = cohort("survival_ovarian"), sleepstudy = cohort("sleepstudy"),
  btheb_wide = cohort("btheb_wide"))
data$survival_lung$dead <- data$survival_lung$status - 1
data$help_rct$times <- 1 + (seq_len(nrow(data$help_rct)) - 1) %% 3
data$help_rct$precision <- data$help_rct$pss_fr + 1
data$btheb_wide$better <- as.numeric(data$btheb_wide$bdi_2m < data$btheb_wide$bdi_pre / 2)
data$help_rct$visits <- data$help_rct$hospitalizations
grouped <- aggregate(cbind(good = as.numeric(homeless == "homeless"), all = 1) ~ substance + sex + racegrp,
  data = data$help_rct, FUN = sum)
data$help_grouped <- grouped
write.csv(grouped, "data/help_grouped.csv", row.names = FALSE, quote = TRUE)

# R's covariance belongs to the weights of the last iteration but one, and glm.fit's rank tolerance is
# min(1e-7, epsilon / 1000): so a fit with default tolerances decides which columns are aliased, and the same
# model without those is started again at its own coefficients for five more iterations.
control <- glm.control(epsilon = 1e-14, maxit = 200)
polish <- glm.control(epsilon = 1e-300, maxit = 5)

rows_of <- function(fit, robust) {
  s <- coef(summary(fit)); free <- summary(fit)$dispersion
  names_all <- names(coef(fit))
  statistic <- 3
  list_of <- lapply(names_all, function(term) {
    if (is.na(coef(fit)[[term]])) return(list(term = term, estimate = NA, std_err = NA, statistic = NA, p = NA))
    row <- s[term, ]
    list(term = term, estimate = row[[1]], std_err = row[[2]], statistic = row[[3]], p = row[[4]])
  })
  list_of
}

describe <- function(fit, robust = FALSE) {
  values <- list(
    coefficients = rows_of(fit), deviance = deviance(fit), null_deviance = fit$null.deviance,
    df_residual = fit$df.residual, dispersion = summary(fit)$dispersion,
    log_likelihood = as.numeric(logLik(fit)), aic = AIC(fit), bic = BIC(fit), n = nobs(fit),
    vcov = vcov(fit)[!is.na(coef(fit)), !is.na(coef(fit)), drop = FALSE])
  if (robust) {
    kinds <- c("HC0", "HC1", "HC2", "HC3")
    values$robust_std_err <- setNames(lapply(kinds, function(kind)
      items(sqrt(diag(vcovHC(fit, type = kind))))), kinds)
  }
  if (inherits(fit, "negbin")) {
    values$theta <- fit$theta
    values$theta_std_err <- fit$SE.theta
  }
  values
}

cases <- list()
add <- function(name, dataset, formula, family, extra = "", robust = TRUE, digits = 7) {
  call <- paste0("glm(", formula, ", family = ", family, ", data", extra, ")")
  here <- data[[dataset]]
  fit <- eval(parse(text = paste0(
    "glm(", formula, ", family = ", family, ", data = here, control = control", extra, ")")))
  fit <- update(fit, start = coef(fit), control = polish)
  cases[[name]] <<- case(dataset, call, describe(fit, robust), digits)
}

# The model without the aliased column, whose row of missing values is put back at its place.
add_aliased <- function(name, dataset, formula, without, family, place) {
  here <- data[[dataset]]
  full <- eval(parse(text = paste0("glm(", formula, ", family = ", family, ", data = here)")))
  stopifnot(identical(unname(which(is.na(coef(full)))), as.integer(place)))
  fit <- eval(parse(text = paste0("glm(", without, ", family = ", family, ", data = here, control = control)")))
  fit <- update(fit, start = coef(fit), control = polish)
  values <- describe(fit, TRUE)
  values$coefficients <- append(values$coefficients, list(list(
    term = names(coef(full))[place], estimate = NA, std_err = NA, statistic = NA, p = NA)), place - 1)
  cases[[name]] <<- case(dataset, paste0("glm(", formula, ", family = ", family, ", data)"), values, 7,
    notes = "the column that glm leaves out by default was left out of the formula for full precision")
}

add("help_logit", "help_rct", "female ~ age + substance * homeless + cesd", "binomial")
add("help_probit", "help_rct", "female ~ age + substance + cesd", 'binomial("probit")')
add("help_cloglog", "help_rct", "female ~ age + substance + cesd", 'binomial("cloglog")')
add("help_log_binomial", "help_rct", "female ~ cesd + homeless", 'binomial("log")')
add("help_two_levels", "help_rct", "I(homeless == 'housed') ~ age + sex + i1", "binomial")
add("help_grouped", "help_grouped", "cbind(good, all - good) ~ substance + sex + racegrp", "binomial", robust = FALSE)
add_aliased("help_aliased", "help_rct", "female ~ mcs + age + I(2 * mcs - 3 * age) + cesd",
  "female ~ mcs + age + cesd", "binomial", 4)
add("help_poisson", "help_rct", "hospitalizations ~ age + substance + homeless + cesd", "poisson")
add("help_poisson_offset", "help_rct", "hospitalizations ~ substance + cesd + offset(log(age))", "poisson")
add("help_poisson_weights", "help_rct", "hospitalizations ~ substance + age", "poisson", ", weights = precision")
add("help_poisson_identity", "help_rct", "hospitalizations ~ substance + homeless", 'poisson("identity")')
add("help_gaussian", "help_rct", "cesd ~ age + substance", "gaussian", ", weights = precision")
add("uis_logit", "uis_drug_relapse", "censor ~ age + beck + ndt + iv3 + treat * site + race", "binomial")
add("uis_modified_poisson", "uis_drug_relapse", "censor ~ age + treat + site", "poisson")
add("lung_logit", "survival_lung", "dead ~ age + factor(sex) + ph_karno + wt_loss", "binomial")
add("veteran_gamma_inverse", "survival_veteran", "time ~ karno + celltype", "Gamma")
add("veteran_gamma_log", "survival_veteran", "time ~ karno + celltype + factor(trt)", 'Gamma("log")')
add("sleep_gamma_identity", "sleepstudy", "reaction ~ days", 'Gamma("identity")')
add("sleep_gaussian_log", "sleepstudy", "reaction ~ days", 'gaussian("log")')
add("btheb_logit", "btheb_wide", "better ~ treatment + drug + length + bdi_pre", "binomial")
add("ovarian_logit", "survival_ovarian", "fustat ~ age + factor(rx)", "binomial")
add("help_no_intercept", "help_rct", "female ~ 0 + substance + age", "binomial")

add_nb <- function(name, dataset, formula) {
  here <- data[[dataset]]
  fit <- eval(parse(text = paste0(
    "glm.nb(", formula, ", data = here, control = glm.control(epsilon = 1e-14, maxit = 500))")))
  # theta.ml stops at eps^(1/4): go on in turn until nothing moves.
  for (i in 1:60) {
    theta <- as.numeric(theta.ml(fit$y, fit$fitted.values, limit = 200, eps = 1e-13))
    again <- eval(parse(text = paste0(
      "glm(", formula, ", data = here, family = negative.binomial(theta), control = control)")))
    fit$fitted.values <- again$fitted.values
  }
  again <- update(again, start = coef(again), control = polish)
  se <- attr(theta.ml(fit$y, again$fitted.values, limit = 200, eps = 1e-13), "SE")
  s <- coef(summary(again, dispersion = 1))
  loglik <- sum(dnbinom(again$y, size = theta, mu = again$fitted.values, log = TRUE))
  k <- length(coef(again)) + 1
  cases[[name]] <<- case(dataset, paste0("glm.nb(", formula, ", data)"), list(
    coefficients = lapply(rownames(s), function(t)
      list(term = t, estimate = s[t, 1], std_err = s[t, 2], statistic = s[t, 3], p = s[t, 4])),
    deviance = deviance(again), null_deviance = NA, df_residual = again$df.residual, dispersion = 1,
    log_likelihood = loglik, aic = -2 * loglik + 2 * k, bic = -2 * loglik + log(length(again$y)) * k,
    n = length(again$y), theta = theta, theta_std_err = se), 6,
    notes = "theta and coefficients in turn by theta.ml and glm until nothing moves")
}
add_nb("help_negative_binomial", "help_rct", "hospitalizations ~ age + substance + homeless + cesd")
add_nb("help_negative_binomial_drinks", "help_rct", "i1 ~ age + substance + female")
add_nb("uis_negative_binomial", "uis_drug_relapse", "ndt ~ age + treat + site")

# Profile limits: the likelihood root by uniroot on glm with the coefficient as an offset.
profile_limits <- function(here, formula, family, term, column, level = 0.95) {
  fit <- glm(formula, family = family, data = here, control = control)
  phi <- 1
  b <- coef(fit)[[term]]; se <- sqrt(vcov(fit)[term, term])
  cut <- qchisq(level, 1)
  rest <- update(formula, paste(". ~ . -", column, "+ offset(fixed * here_column)"))
  here$here_column <- here[[column]]
  gap <- function(v) {
    here$fixed <- v
    deviance(glm(rest, family = family, data = here, control = control)) - deviance(fit) - cut
  }
  c(uniroot(gap, c(b - 6 * se, b), tol = 1e-13)$root, uniroot(gap, c(b, b + 6 * se), tol = 1e-13)$root)
}
profile <- list(
  uis_age = profile_limits(data$uis_drug_relapse, censor ~ age + beck + ndt, binomial(), "age", "age"),
  uis_ndt = profile_limits(data$uis_drug_relapse, censor ~ age + beck + ndt, binomial(), "ndt", "ndt"),
  ovarian_age = profile_limits(data$survival_ovarian, fustat ~ age + rx, binomial(), "age", "age"),
  help_poisson_age = profile_limits(data$help_rct, hospitalizations ~ age + cesd, poisson(), "age", "age"))
cases$profiles <- case("uis_drug_relapse, survival_ovarian, help_rct",
  "uniroot on the deviance of glm with the coefficient fixed by an offset", lapply(profile, items), 7)

firth <- function(here, formula, family = binomial()) {
  fit <- glm(formula, family = family, data = here, method = "brglmFit", type = "AS_mean", epsilon = 1e-13, maxit = 5000)
  list(estimate = items(coef(fit)), std_err = items(sqrt(diag(vcov(fit)))), deviance = deviance(fit))
}
ovarian <- data$survival_ovarian
ovarian$late <- as.numeric(ovarian$age > 65)
cases$firth_ovarian <- case("survival_ovarian", "brglm(fustat ~ age + rx, AS_mean)",
  firth(ovarian, fustat ~ age + rx), 6)
cases$firth_ovarian_separated <- case("survival_ovarian", "brglm(fustat ~ late + rx, AS_mean)",
  firth(ovarian, fustat ~ late + rx), 6, notes = "late = age > 65: every such person died, so quasi-complete")
cases$firth_uis <- case("uis_drug_relapse", "brglm(censor ~ age + beck + ndt, AS_mean)",
  firth(data$uis_drug_relapse, censor ~ age + beck + ndt), 6)
cases$firth_help_poisson <- case("help_rct", "brglm(hospitalizations ~ age + cesd, poisson, AS_mean)",
  firth(data$help_rct, hospitalizations ~ age + cesd, poisson()), 6)

multinomial <- function(here, formula) {
  fit <- multinom(formula, data = here, reltol = 1e-15, abstol = 1e-15, maxit = 5000, trace = FALSE, Hess = TRUE)
  s <- summary(fit)
  list(levels = items(rownames(coef(fit))), terms = items(colnames(coef(fit))),
    estimate = coef(fit), std_err = s$standard.errors, deviance = deviance(fit), aic = AIC(fit))
}
cases$multinom_help <- case("help_rct", "multinom(substance ~ age + female + cesd, data)",
  multinomial(data$help_rct, substance ~ age + female + cesd), 5)
cases$multinom_veteran <- case("survival_veteran", "multinom(celltype ~ karno + age, data)",
  multinomial(data$survival_veteran, celltype ~ karno + age), 5)

help <- data$help_rct
cases$two_sample <- case("help_rct", "t.test, wilcox.test, chisq.test, fisher.test, mcnemar.test", {
  t <- t.test(cesd ~ sex, help)
  w <- wilcox.test(cesd ~ sex, help, exact = FALSE, correct = TRUE)
  small <- ovarian
  e <- wilcox.test(age ~ rx, small, exact = TRUE)
  tab <- table(help$substance, help$homeless)
  x <- chisq.test(tab, correct = FALSE)
  two <- table(help$sex, help$homeless)
  y <- chisq.test(two, correct = TRUE)
  f <- fisher.test(two)
  pairs <- table(help$homeless, help$satreat)
  m <- mcnemar.test(pairs, correct = TRUE)
  list(
    welch = list(t = t$statistic[[1]], df = t$parameter[[1]], p = t$p.value, lower = t$conf.int[1],
      upper = t$conf.int[2], first = t$estimate[[1]], second = t$estimate[[2]]),
    wilcoxon = list(w = w$statistic[[1]], p = w$p.value),
    wilcoxon_exact = list(w = e$statistic[[1]], p = e$p.value),
    chi_squared = list(x = x$statistic[[1]], df = x$parameter[[1]], p = x$p.value),
    chi_squared_corrected = list(x = y$statistic[[1]], p = y$p.value),
    fisher = list(p = f$p.value, odds = f$estimate[[1]], lower = f$conf.int[1], upper = f$conf.int[2],
      table = items(as.numeric(two))),
    mcnemar = list(x = m$statistic[[1]], p = m$p.value, table = items(as.numeric(pairs))))
}, 7)

write_fixture("generalized.json", "generalized.R", c("MASS", "sandwich", "brglm2", "nnet"), cases, paste(
  "Data in data/; dead = status - 1 (lung), better = bdi_2m < bdi_pre / 2 (btheb), precision = pss_fr + 1 (help),",
  "late = age > 65 (ovarian). help_grouped.csv is help_rct counted by substance, sex and racegrp.",
  "Iterations run to epsilon 1e-14. robust_std_err by sandwich::vcovHC."))
