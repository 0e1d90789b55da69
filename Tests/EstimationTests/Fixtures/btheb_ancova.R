# ANCOVA of Beat the Blues at each follow-up, marginal means and multiplicity -> btheb_ancova.json
source("common.R")
source("quadrature.R")
suppressPackageStartupMessages(library(emmeans))

long <- cohort("btheb_long")
long$treatment <- factor(long$treatment, levels = c("TAU", "BtheB"))
long$modality <- factor(ifelse(
  long$treatment == "BtheB",
  ifelse(long$drug == "Yes", "combined", "therapy"),
  ifelse(long$drug == "Yes", "medication", "neither")))  # alphabetical: combined is first

level <- 0.95

coefficient_table <- function(fit) {
  table <- summary(fit)$coefficients
  limits <- confint(fit)
  records(data.frame(
    term = rownames(table), estimate = unname(table[, 1]), std_err = unname(table[, 2]),
    df = df.residual(fit), t = unname(table[, 3]), p = unname(table[, 4]),
    lower = unname(limits[, 1]), upper = unname(limits[, 2])))
}

fit_values <- function(fit) {
  s <- summary(fit)
  list(
    n = nobs(fit), coefficients = coefficient_table(fit), vcov = vcov(fit),
    df_residual = df.residual(fit), sigma = s$sigma, r_squared = s$r.squared,
    adjusted_r_squared = s$adj.r.squared,
    f = list(
      statistic = s$fstatistic[["value"]], df1 = s$fstatistic[["numdf"]],
      df2 = s$fstatistic[["dendf"]]))
}

contrast_rows <- function(set) {
  none <- as.data.frame(summary(set, infer = TRUE, adjust = "none", level = level))
  holm <- as.data.frame(summary(set, adjust = "holm"))
  data.frame(
    contrast = as.character(none$contrast), estimate = none$estimate, std_err = none$SE,
    df = none$df, lower = none$lower.CL, upper = none$upper.CL, t = none$t.ratio,
    p = none$p.value, p_holm = holm$p.value)
}

# Dunnett: all contrasts against one mean, two-sided.
dunnett <- function(set, rows) {
  df <- rows$df[1]
  correlation <- unname(cov2cor(vcov(set)))
  quadrature <- vapply(abs(rows$t), function(t) 1 - box3(t, correlation, df, 96), 0)
  coarser <- vapply(abs(rows$t), function(t) 1 - box3(t, correlation, df, 64), 0)
  genz <- vapply(abs(rows$t), function(t) 1 - box3_orthants(t, correlation, df), 0)
  critical <- function(inside) {
    uniroot(function(c) inside(c) - level, c(1.9, 3.5), tol = 1e-13)$root
  }
  c1 <- critical(function(c) box3(c, correlation, df, 64))
  c2 <- critical(function(c) box3_orthants(c, correlation, df))
  list(
    correlation = correlation, df = df, t = items(rows$t), p = items(quadrature),
    p_genz = items(genz), p_agreement = max(abs(quadrature - genz)),
    p_refinement = max(abs(quadrature - coarser)),
    critical_value = c1, critical_value_genz = c2, critical_value_agreement = abs(c1 - c2),
    lower = items(rows$estimate - c1 * rows$std_err),
    upper = items(rows$estimate + c1 * rows$std_err))
}

marginal <- function(fit) {
  grid <- emmeans(fit, "modality", weights = "equal")
  means <- as.data.frame(summary(grid, infer = c(TRUE, FALSE), level = level))
  versus <- contrast(grid, "trt.vs.ctrl", ref = "combined")
  pairs <- contrast(grid, "pairwise")
  versus_rows <- contrast_rows(versus)
  pair_rows <- contrast_rows(pairs)
  tukey <- as.data.frame(summary(pairs, adjust = "tukey"))
  k <- nrow(means)
  pair_rows$p_tukey <- vapply(
    abs(pair_rows$t), function(t) range_tail(sqrt(2) * t, k, pair_rows$df[1], 160), 0)
  stopifnot(max(abs(pair_rows$p_tukey - tukey$p.value)) < 1e-7)
  pair_rows$p_tukey_emmeans <- tukey$p.value
  list(
    at_bdi_pre = mean(model.frame(fit)$bdi_pre),
    means = records(data.frame(
      modality = as.character(means$modality), estimate = means$emmean, std_err = means$SE,
      df = means$df, lower = means$lower.CL, upper = means$upper.CL)),
    versus_combined = records(versus_rows), pairwise = records(pair_rows),
    dunnett = dunnett(versus, versus_rows))
}

models <- list(
  treatment_drug = "bdi ~ bdi_pre + treatment * drug",
  treatment_drug_length = "bdi ~ bdi_pre + length + treatment * drug",
  modality = "bdi ~ bdi_pre + modality",
  modality_length = "bdi ~ bdi_pre + length + modality")

cases <- list()
for (month in c(2, 3, 5, 8)) {
  visit <- long[long$month == month & !is.na(long$bdi), ]
  for (name in names(models)) {
    fit <- eval(bquote(lm(.(as.formula(models[[name]])), data = visit)))
    values <- c(list(month = month), fit_values(fit))
    by_modality <- startsWith(name, "modality")
    if (by_modality) values <- c(values, marginal(fit))
    cases[[paste0("month_", month, "_", name)]] <- case(
      "btheb_long", sprintf("lm(%s)", models[[name]]), values, 11,
      sprintf("rows with month == %g and bdi present (%d of 100)", month, nrow(visit)),
      if (by_modality) paste(
        "means: emmeans(fit, \"modality\", weights = \"equal\") at the mean bdi_pre of the rows",
        "used (and halfway between the two lengths); contrasts are other - combined; dunnett$p",
        "by Gauss-Legendre quadrature, p_genz by orthants with mvtnorm TVPACK, p_agreement the",
        "largest difference between them, p_refinement between 96 and 64 nodes; p_tukey by",
        "quadrature, p_tukey_emmeans by R's ptukey") else "")
  }
}

write_fixture("btheb_ancova.json", "btheb_ancova.R", c("emmeans", "mvtnorm"), cases, paste(
  "Data in data/. treatment: TAU is the reference; drug: No; length: <6m; modality: combined.",
  "modality is neither (TAU, No), medication (TAU, Yes), therapy (BtheB, No), combined",
  "(BtheB, Yes). Vectors in dunnett follow the order of versus_combined."))
