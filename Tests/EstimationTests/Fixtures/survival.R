# Kaplan-Meier, restricted mean, log-rank and Cox reference values -> survival.json
source("common.R")
suppressPackageStartupMessages(library(survival))

lung <- cohort("survival_lung")
aml <- cohort("survival_aml")
veteran <- cohort("survival_veteran")
uis <- cohort("uis_drug_relapse")
help <- cohort("help_rct")
help_used <- c(
  "daysanysub", "anysubstatus", "treat", "cesd", "age", "female", "homeless", "substance")
help <- help[complete.cases(help[, help_used]), ]
stopifnot(min(help$daysanysub) == 0)  # 11 people relapsed on day 0: those times are kept
help_prepare <- paste(
  "drop rows missing any of", paste(help_used, collapse = ", "),
  sprintf("(leaves %d of 453)", nrow(help)))

conf_types <- c("log", "log-log", "plain")
probabilities <- c(0.25, 0.5, 0.75)

# The pieces of a survfit object, cut by stratum.
by_stratum <- function(fit, values) split(values, rep(names(fit$strata), fit$strata))

kaplan_meier <- function(formula, data) {
  fits <- lapply(conf_types, function(type) survfit(formula, data = data, conf.type = type))
  names(fits) <- conf_types
  fit <- fits[[1]]
  groups <- lapply(names(fit$strata), function(group) {
    piece <- function(x, from = fit) by_stratum(from, x)[[group]]
    list(
      group = group,
      n = fit$n[[match(group, names(fit$strata))]],
      time = items(piece(fit$time)),
      n_risk = items(piece(fit$n.risk)),
      n_event = items(piece(fit$n.event)),
      n_censor = items(piece(fit$n.censor)),
      survival = items(piece(fit$surv)),
      std_err = items(piece(fit$surv * fit$std.err)),
      std_err_log = items(piece(fit$std.err)),
      limits = lapply(fits, function(f) {
        list(lower = items(piece(f$lower, f)), upper = items(piece(f$upper, f)))
      }),
      quantiles = lapply(fits, function(f) {
        q <- quantile(f, probs = probabilities)
        row <- match(group, names(f$strata))
        list(
          probability = items(probabilities), time = items(q$quantile[row, ]),
          lower = items(q$lower[row, ]), upper = items(q$upper[row, ]))
      }))
  })
  list(confidence = 0.95, groups = groups)
}

# Restricted means from survfit, checked against the textbook sum over event times.
restricted_means <- function(formula, data, horizon) {
  fit <- survfit(formula, data = data)
  table <- summary(fit, rmean = horizon)$table
  groups <- lapply(names(fit$strata), function(group) {
    at <- by_stratum(fit, fit$time)[[group]]
    s <- by_stratum(fit, fit$surv)[[group]]
    d <- by_stratum(fit, fit$n.event)[[group]]
    y <- by_stratum(fit, fit$n.risk)[[group]]
    keep <- at <= horizon
    starts <- c(0, at[keep])
    widths <- diff(c(starts, horizon))
    pieces <- widths * c(1, s[keep])
    mean <- sum(pieces)
    beyond <- rev(cumsum(rev(pieces)))[-1]
    term <- beyond^2 * d[keep] / (y[keep] * (y[keep] - d[keep]))
    error <- sqrt(sum(term[d[keep] > 0 & y[keep] > d[keep]]))
    row <- table[group, ]
    stopifnot(
      abs(mean - row[["rmean"]]) < 1e-9, abs(error - row[["se(rmean)"]]) < 1e-9,
      max(at) >= horizon || s[length(s)] == 0)
    list(group = group, estimate = row[["rmean"]], std_err = row[["se(rmean)"]])
  })
  list(horizon = horizon, groups = groups)
}

log_rank <- function(formula, data) {
  test <- survdiff(formula, data = data)
  total <- function(x) if (is.matrix(x)) rowSums(x) else x
  observed <- total(test$obs)
  groups <- length(observed)
  values <- list(
    groups = items(sub("^.*?=", "", trimws(names(test$n)))[seq_len(groups)]),
    n = items(if (is.matrix(test$obs)) rep(NA, groups) else as.vector(test$n)),
    observed = items(observed), expected = items(total(test$exp)), variance = test$var,
    chi_squared = test$chisq, df = sum(total(test$exp) > 0) - 1,
    p = pchisq(test$chisq, sum(total(test$exp) > 0) - 1, lower.tail = FALSE))
  if (is.matrix(test$obs)) {
    values$groups <- items(levels(factor(data[[all.vars(formula)[3]]])))
    values$n <- items(as.vector(table(data[[all.vars(formula)[3]]])))
    values$observed_by_stratum <- t(test$obs)
    values$expected_by_stratum <- t(test$exp)
  }
  values
}

# Breslow's estimator written out, to confirm that basehaz means covariates at 0.
check_breslow_hazard <- function(formula, data, b, hazard) {
  y <- model.response(model.frame(formula, data))
  risk <- exp(drop(model.matrix(formula, data)[, -1, drop = FALSE] %*% b))
  at <- sort(unique(y[y[, 2] == 1, 1]))
  jumps <- vapply(at, function(t) sum(y[, 1] == t & y[, 2] == 1) / sum(risk[y[, 1] >= t]), 0)
  expected <- stepfun(at, c(0, cumsum(jumps)))(hazard$time)
  stopifnot(max(abs(expected - hazard$hazard)) < 1e-10 * max(expected))
}

control <- coxph.control(eps = 1e-14, iter.max = 50, toler.chol = 1e-15)

cox <- function(formula, data, ties = "efron", w = NULL) {
  environment(formula) <- environment()  # where model.frame looks for data and w again
  fit <- coxph(formula, data = data, ties = ties, control = control, weights = w)
  again <- fit
  for (step in 1:2) {  # coxph stops on the log-likelihood; further Newton steps settle the rest
    previous <- again
    again <- coxph(
      formula, data = data, ties = ties, control = control, weights = w, init = coef(previous))
  }
  b <- coef(again)
  v <- vcov(again)
  moved <- max(abs(b - coef(previous)) / sqrt(diag(v)))
  stopifnot(moved < 1e-12)
  wald <- drop(b %*% solve(v, b))
  lr <- 2 * (again$loglik[2] - fit$loglik[1])
  df <- length(b)
  test <- function(x) list(statistic = x, df = df, p = pchisq(x, df, lower.tail = FALSE))
  z <- b / sqrt(diag(v))
  values <- list(
    ties = ties, n = fit$n, events = fit$nevent,
    coefficients = records(data.frame(
      term = names(b), estimate = unname(b), std_err = unname(sqrt(diag(v))), z = unname(z),
      p = unname(2 * pnorm(-abs(z))))),
    vcov = v, log_likelihood_null = fit$loglik[1], log_likelihood = again$loglik[2],
    score_test = test(fit$score), likelihood_ratio_test = test(lr), wald_test = test(wald),
    concordance = fit$concordance[["concordance"]],
    concordance_std_err = fit$concordance[["std"]])
  hazard <- suppressWarnings(basehaz(again, centered = FALSE))
  last <- nrow(hazard)
  if (ties == "breslow" && is.null(w) && is.null(hazard$strata)) {
    check_breslow_hazard(formula, data, b, hazard)
  }
  if (is.null(hazard$strata)) {
    middle <- which(hazard$time >= median(hazard$time))[1]
    values$baseline_cumulative_hazard <- list(
      time = items(hazard$time[c(1, middle, last)]),
      value = items(hazard$hazard[c(1, middle, last)]))
  }
  values
}

count <- function(n) 1 + (seq_len(n) - 1) %% 3
repeated <- function(data) data[rep(seq_len(nrow(data)), count(nrow(data))), ]

lung_complete <- lung[complete.cases(lung[, c("time", "status", "age", "sex", "ph_ecog")]), ]
lung_prepare <- "drop rows missing ph_ecog (leaves 227 of 228)"
repeat_note <- paste(
  "row i (after dropping, from 1) is repeated 1 + (i - 1) mod 3 times; this is what a frequency",
  "weight of that size means")

none <- ""
km_note <- paste(
  "every time with an event or a censoring; std_err is of the survival itself, std_err_log of its",
  "logarithm; null where survival is 0 (R gives NaN or NA). Limits are clipped to [0, 1]. A",
  "quantile is the midpoint of the step when the curve is flat at exactly that probability;",
  "its limits are where the limits' curves cross it, null when they do not.")

cases <- list(
  km_lung_sex = case("survival_lung", "survfit(Surv(time, status == 2) ~ sex)",
    kaplan_meier(Surv(time, status == 2) ~ sex, lung), 12, none, km_note),
  km_help_treat = case("help_rct", "survfit(Surv(daysanysub, anysubstatus) ~ treat)",
    kaplan_meier(Surv(daysanysub, anysubstatus) ~ treat, help), 12, help_prepare, km_note),
  km_uis_treat = case("uis_drug_relapse", "survfit(Surv(time, censor) ~ treat)",
    kaplan_meier(Surv(time, censor) ~ treat, uis), 12, none, km_note),
  km_aml_x = case("survival_aml", "survfit(Surv(time, status) ~ x)",
    kaplan_meier(Surv(time, status) ~ x, aml), 12, none, km_note),
  km_veteran_trt = case("survival_veteran", "survfit(Surv(time, status) ~ trt)",
    kaplan_meier(Surv(time, status) ~ trt, veteran), 12, none, km_note))

rmst_note <- paste(
  "variance: sum over event times of (area from there to the horizon)^2 d / (n (n - d)),",
  "without a small-sample factor; the generator checks survfit's value against this sum")
rmst_case <- function(name, formula, data, horizon, prepare = none) {
  case(name, sprintf("summary(survfit(%s), rmean = %g)$table", deparse(formula), horizon),
    restricted_means(formula, data, horizon), 12, prepare, rmst_note)
}
cases <- c(cases, list(
  rmst_lung_sex_365 = rmst_case(
    "survival_lung", Surv(time, status == 2) ~ sex, lung, 365),
  rmst_lung_sex_730 = rmst_case(
    "survival_lung", Surv(time, status == 2) ~ sex, lung, 730),
  rmst_help_treat_90 = rmst_case(
    "help_rct", Surv(daysanysub, anysubstatus) ~ treat, help, 90, help_prepare),
  rmst_uis_treat_180 = rmst_case(
    "uis_drug_relapse", Surv(time, censor) ~ treat, uis, 180),
  rmst_uis_treat_365 = rmst_case(
    "uis_drug_relapse", Surv(time, censor) ~ treat, uis, 365),
  rmst_aml_x_30 = rmst_case("survival_aml", Surv(time, status) ~ x, aml, 30),
  rmst_aml_x_48 = rmst_case("survival_aml", Surv(time, status) ~ x, aml, 48),
  rmst_veteran_trt_180 = rmst_case(
    "survival_veteran", Surv(time, status) ~ trt, veteran, 180)))

lr_note <- paste(
  "variance is the k x k hypergeometric covariance of observed - expected (rank k - 1);",
  "p = upper tail of chi-squared, full precision")
lr_case <- function(name, formula, data, prepare = none) {
  case(name, sprintf("survdiff(%s)", paste(deparse(formula), collapse = "")),
    log_rank(formula, data), 12, prepare, lr_note)
}
cases <- c(cases, list(
  logrank_lung_sex = lr_case("survival_lung", Surv(time, status == 2) ~ sex, lung),
  logrank_lung_ph_ecog = lr_case(
    "survival_lung", Surv(time, status == 2) ~ ph_ecog, lung_complete, lung_prepare),
  logrank_help_treat = lr_case(
    "help_rct", Surv(daysanysub, anysubstatus) ~ treat, help, help_prepare),
  logrank_help_substance = lr_case(
    "help_rct", Surv(daysanysub, anysubstatus) ~ substance, help, help_prepare),
  logrank_uis_treat = lr_case("uis_drug_relapse", Surv(time, censor) ~ treat, uis),
  logrank_uis_hc = lr_case("uis_drug_relapse", Surv(time, censor) ~ hc, uis),
  logrank_aml_x = lr_case("survival_aml", Surv(time, status) ~ x, aml),
  logrank_veteran_trt = lr_case("survival_veteran", Surv(time, status) ~ trt, veteran),
  logrank_veteran_celltype = lr_case(
    "survival_veteran", Surv(time, status) ~ celltype, veteran),
  logrank_veteran_trt_strata_celltype = lr_case(
    "survival_veteran", Surv(time, status) ~ trt + strata(celltype), veteran),
  logrank_uis_treat_strata_site = lr_case(
    "uis_drug_relapse", Surv(time, censor) ~ treat + strata(site), uis),
  logrank_lung_ph_ecog_strata_sex = lr_case(
    "survival_lung", Surv(time, status == 2) ~ ph_ecog + strata(sex), lung_complete,
    lung_prepare)))

cox_note <- paste(
  "iterated to eps = 1e-14, then twice more by Newton; score and Wald tests at full precision",
  "(Wald recomputed as coef' V^-1 coef because coxph rounds it); baseline cumulative hazard at",
  "covariates 0; concordance counts ties in the predictor as one half")
cox_case <- function(name, formula, data, ties = "efron", prepare = none, notes = cox_note) {
  case(name,
    sprintf("coxph(%s, ties = \"%s\")", paste(trimws(deparse(formula)), collapse = " "), ties),
    cox(formula, data, ties), 11, prepare, notes)
}
help_formula <- Surv(daysanysub, anysubstatus) ~
  treat + cesd + age + female + homeless + substance
uis_formula <- Surv(time, censor) ~ age + beck + ndt + iv3 + race + treat + site
lung_formula <- Surv(time, status == 2) ~ age + sex + ph_ecog
cases <- c(cases, list(
  cox_lung = cox_case("survival_lung", lung_formula, lung_complete, prepare = lung_prepare),
  cox_lung_factor = cox_case(
    "survival_lung", Surv(time, status == 2) ~ age + sex + factor(ph_ecog), lung_complete,
    prepare = lung_prepare),
  cox_lung_breslow = cox_case(
    "survival_lung", lung_formula, lung_complete, "breslow", lung_prepare),
  cox_lung_repeated = cox_case(
    "survival_lung", lung_formula, repeated(lung_complete),
    prepare = paste0(lung_prepare, "; ", repeat_note), notes = paste0(
      cox_note, ". coxph(weights =) with Efron ties is NOT this: it averages weights over tied",
      " deaths, so with Efron it differs from repeated rows")),
  cox_lung_repeated_breslow = cox_case(
    "survival_lung", lung_formula, repeated(lung_complete), "breslow",
    prepare = paste0(lung_prepare, "; ", repeat_note)),
  cox_help = cox_case("help_rct", help_formula, help, prepare = help_prepare),
  cox_uis = cox_case("uis_drug_relapse", uis_formula, uis),
  cox_uis_breslow = cox_case("uis_drug_relapse", uis_formula, uis, "breslow"),
  cox_uis_factor_interaction = cox_case(
    "uis_drug_relapse", Surv(time, censor) ~ treat * site + factor(hc) + age, uis),
  cox_aml_x = cox_case("survival_aml", Surv(time, status) ~ x, aml),
  cox_veteran = cox_case(
    "survival_veteran", Surv(time, status) ~ trt + celltype + karno + age, veteran),
  cox_veteran_strata_celltype = cox_case(
    "survival_veteran", Surv(time, status) ~ trt + karno + age + strata(celltype), veteran),
  cox_veteran_strata_celltype_breslow = cox_case(
    "survival_veteran", Surv(time, status) ~ trt + karno + age + strata(celltype), veteran,
    "breslow")))

# What coxph's own case weights give, for comparison with repeated rows.
for (ties in c("efron", "breslow")) {
  cases[[paste0("cox_lung_case_weights_", ties)]] <- case(
    "survival_lung",
    sprintf("coxph(%s, ties = \"%s\", weights = w)", deparse(lung_formula), ties),
    cox(lung_formula, lung_complete, ties, w = count(nrow(lung_complete))), 11,
    paste0(lung_prepare, "; w = 1 + (i - 1) mod 3 for row i"),
    paste0(cox_note, "; std_err is model-based"))
}

write_fixture("survival.json", "survival.R", "survival", cases,
  paste("Data in data/. Factor levels are alphabetical, first level the reference. digits is the",
    "number of significant digits the reference itself is good for."))
