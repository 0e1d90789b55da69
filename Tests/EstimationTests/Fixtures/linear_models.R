# Linear models: codings, weights, offsets, rank rules, robust errors -> linear_models.json
source("common.R")
suppressPackageStartupMessages(library(sandwich))

sleepstudy <- cohort("sleepstudy")
lung <- cohort("survival_lung")
help <- cohort("help_rct")
uis <- cohort("uis_drug_relapse")

count <- function(n) 1 + (seq_len(n) - 1) %% 3

# HC0-HC3 of the estimated coefficients; null when an observation has leverage 1, for which
# HC2 and HC3 divide 0 by 0 (sandwich returns rounding noise there).
robust_errors <- function(fit) {
  types <- c("HC0", "HC1", "HC2", "HC3")
  leverage_one <- any(1 - hatvalues(fit) < 1e-10)
  errors <- lapply(types, function(type) {
    if (leverage_one && type %in% c("HC2", "HC3")) return(NULL)
    items(sqrt(diag(vcovHC(fit, type = type))))
  })
  names(errors) <- types
  c(list(leverage_one = leverage_one), errors)
}

fit_values <- function(fit, robust) {
  s <- summary(fit)
  b <- coef(fit)
  table <- summary(fit)$coefficients[names(b[!is.na(b)]), , drop = FALSE]
  column <- function(j) {
    x <- rep(NA_real_, length(b))
    x[!is.na(b)] <- table[, j]
    x
  }
  limits <- confint(fit)
  f <- s$fstatistic
  likelihood <- logLik(fit)
  values <- list(
    n = nobs(fit), rank = fit$rank,
    coefficients = records(data.frame(
      term = names(b), estimate = unname(b), std_err = column(2), t = column(3), p = column(4),
      lower = unname(limits[, 1]), upper = unname(limits[, 2]))),
    aliased = items(names(b)[is.na(b)]),
    vcov = unname(vcov(fit, complete = FALSE)),
    df_residual = fit$df.residual, sigma = s$sigma,
    residual_sum_of_squares = deviance(fit),
    r_squared = s$r.squared, adjusted_r_squared = s$adj.r.squared,
    log_likelihood = as.numeric(likelihood), parameters = attr(likelihood, "df"),
    aic = AIC(fit), bic = BIC(fit),
    f = if (is.null(f)) NULL else list(
      statistic = f[["value"]], df1 = f[["numdf"]], df2 = f[["dendf"]],
      p = pf(f[["value"]], f[["numdf"]], f[["dendf"]], lower.tail = FALSE)),
    predictor_totals = items(colSums(model.matrix(fit))))
  if (robust) values$robust_std_err <- robust_errors(fit)
  values
}

cases <- list()
# Fits `lm(formula, data, ...)`; `options` is the rest of the call as text, for the record and run.
add <- function(name, dataset, data, formula, options = "", prepare = "", notes = "",
                robust = FALSE, extra = NULL) {
  call <- sprintf("lm(%s, data%s)", formula, options)
  environment <- list2env(list(data = data), parent = globalenv())
  fit <- eval(parse(text = call), environment)
  values <- c(fit_values(fit, robust), extra)
  cases[[name]] <<- case(dataset, call, values, 11, prepare, notes)
  invisible(fit)
}

add("sleepstudy_days", "sleepstudy", sleepstudy, "reaction ~ days", robust = TRUE)
add("sleepstudy_subject", "sleepstudy", sleepstudy, "reaction ~ days + factor(subject)")

lung_formula <- "wt_loss ~ age + factor(ph_ecog) + sex"
lung_drop <- "rows missing a variable are dropped (213 of 228 stay)"
add("lung_factor", "survival_lung", lung, lung_formula, prepare = lung_drop, robust = TRUE,
  notes = "the one person with ph_ecog 3 has leverage 1, so HC2 and HC3 are undefined")
add("lung_factor_no_single", "survival_lung", subset(lung, ph_ecog < 3), lung_formula,
  prepare = "rows with ph_ecog == 3 are dropped too", robust = TRUE)
add("lung_log_square", "survival_lung", lung, "log(time) ~ age + I(age^2) + log(ph_karno) + sex",
  robust = TRUE)

main <- "cesd ~ age*female + substance + homeless + poly(i1, 2)"
i1_poly <- attr(poly(help$i1, 2), "coefs")
add("help_main", "help_rct", help, main, robust = TRUE,
  extra = list(poly = list(
    variable = "i1", alpha = items(i1_poly$alpha), norm2 = items(i1_poly$norm2))),
  notes = paste(
    "poly(i1, 2): orthonormal columns by the recurrence P0 = 1, P1 = x - alpha1,",
    "P2 = (x - alpha2) P1 - (norm2[3] / norm2[2]) P0, column j = Pj / sqrt(norm2[j + 2]);",
    "norm2 starts with 1 and n"))
add("help_raw_powers", "help_rct", help,
  "cesd ~ age + I(i1^2) + i1 + log(i1 + 1) + sqrt(age) + exp(-i1/50)", robust = TRUE)

add("help_precision_weights", "help_rct", help, "cesd ~ age + female + substance + homeless",
  ", weights = pss_fr + 1", robust = TRUE, notes = "weights are precisions: Var = sigma^2 / w")
add("help_zero_weights", "help_rct", help, "cesd ~ age + female + substance",
  ", weights = pss_fr", notes = paste(
    "pss_fr is 0 for", sum(help$pss_fr == 0), "people: rows with weight 0 count neither in n nor",
    "in the residual df"))
repeated <- help[rep(seq_len(nrow(help)), count(nrow(help))), ]
add("help_repeated_rows", "help_rct", repeated, "cesd ~ age + female + substance + homeless",
  prepare = paste(
    "row i (from 1) is repeated 1 + (i - 1) mod 3 times: what a frequency weight of that",
    "size means"), robust = TRUE)

add("help_sum_contrasts", "help_rct", help, "cesd ~ substance + homeless + age",
  ", contrasts = list(substance = \"contr.sum\", homeless = \"contr.sum\")")
add("help_helmert_contrasts", "help_rct", help, "cesd ~ substance + homeless + age",
  ", contrasts = list(substance = \"contr.helmert\", homeless = \"contr.helmert\")")
add("help_sum_interaction", "help_rct", help, "cesd ~ substance * homeless",
  ", contrasts = list(substance = \"contr.sum\", homeless = \"contr.sum\")")

add("help_offset", "help_rct", help, "cesd ~ age + female + offset(mcs)",
  notes = "R squared and F use fitted values less the offset")
add("help_no_intercept", "help_rct", help, "cesd ~ 0 + substance + age + homeless",
  notes = paste(
    "the first factor has a column for every level, later ones do not; R squared is",
    "about 0, not about the mean"), robust = TRUE)
add("help_no_intercept_numeric", "help_rct", help, "cesd ~ age + female - 1")
add("help_intercept_only", "help_rct", help, "cesd ~ 1", notes = "R squared is 0, no F")

add("help_two_factors", "help_rct", help, "cesd ~ substance * homeless")
add("help_three_way", "help_rct", help, "cesd ~ substance * homeless * age")
add("help_interaction_only", "help_rct", help, "cesd ~ substance:homeless",
  notes = "both factors get all levels (6 columns) beside the intercept: the last is aliased")
add("help_interaction_only_no_intercept", "help_rct", help, "cesd ~ 0 + substance:homeless",
  notes = "6 columns, full rank")
add("help_one_margin", "help_rct", help, "cesd ~ substance + substance:homeless",
  notes = "homeless has contrast columns within each substance, since substance is present")
add("help_other_margin", "help_rct", help, "cesd ~ homeless + substance:homeless",
  notes = "substance has contrast columns within each level of homeless")
add("help_nested", "help_rct", help, "cesd ~ substance/age")
add("help_factor_numeric_interaction", "help_rct", help, "cesd ~ substance:age",
  notes = "no main effect of age, so each substance has its own slope")
add("help_factor_then_numeric_interaction", "help_rct", help, "cesd ~ substance + substance:age")
add("help_numeric_then_interaction", "help_rct", help, "cesd ~ age + substance:age")
add("help_numeric_interaction", "help_rct", help, "cesd ~ age:female")
add("help_power", "help_rct", help, "cesd ~ (age + female + substance)^2")
add("help_removed_term", "help_rct", help, "cesd ~ age * female * homeless - age:female:homeless")

add("help_aliased_factor", "help_rct", help, "cesd ~ age + female + sex + homeless",
  notes = "sex repeats female: the later column is aliased (R: NA)", robust = TRUE)
add("help_aliased_numeric", "help_rct", help,
  "cesd ~ mcs + age + I(2 * mcs - 3 * age) + female",
  notes = "a column that is a combination of earlier ones is aliased wherever it stands")
uis_empty <- subset(uis, !(hc == 4 & site == 1))
add("uis_empty_cell", "uis_drug_relapse", uis_empty, "log(time) ~ factor(hc) * factor(site) + age",
  prepare = "rows with hc == 4 and site == 1 are dropped", notes = "an empty cell is aliased")

write_fixture("linear_models.json", "linear_models.R", "sandwich", cases, paste(
  "Data in data/. Text columns are factors with levels in alphabetical order, treatment contrasts",
  "unless the call says otherwise. Aliased coefficients have null values and no row in vcov.",
  "parameters counts the residual variance. aic and bic follow R (log likelihood with the ML",
  "variance). predictor_totals are the column sums of the model matrix, aliased ones included.",
  "robust_std_err is for the coefficients that are not aliased."))
