# Estimated marginal means and contrasts on the HELP cohort -> emmeans_basic.json
source("common.R")
source("quadrature.R")
suppressPackageStartupMessages(library(emmeans))

help <- cohort("help_rct")
level <- 0.95

means_of <- function(grid, by) {
  s <- as.data.frame(summary(grid, infer = c(TRUE, FALSE), level = level))
  value <- intersect(c("emmean", grep("\\.trend$", names(s), value = TRUE)), names(s))
  rows <- s[, by, drop = FALSE]
  rows[] <- lapply(rows, as.character)
  records(cbind(rows, data.frame(
    estimate = s[[value]], std_err = s$SE, df = s$df, lower = s$lower.CL, upper = s$upper.CL)))
}

contrasts_of <- function(grid, method, ...) {
  set <- contrast(grid, method, ...)
  s <- as.data.frame(summary(set, infer = TRUE, adjust = "none", level = level))
  rows <- data.frame(
    contrast = as.character(s$contrast), estimate = s$estimate, std_err = s$SE, df = s$df,
    lower = s$lower.CL, upper = s$upper.CL, t = s$t.ratio, p = s$p.value,
    p_holm = p.adjust(s$p.value, "holm"), p_bonferroni = p.adjust(s$p.value, "bonferroni"))
  if (method == "pairwise") {
    k <- nrow(as.data.frame(grid))
    emmeans_p <- as.data.frame(summary(set, adjust = "tukey"))$p.value
    if (k > 2) {
      rows$p_tukey <- vapply(
        abs(s$t.ratio), function(t) range_tail(sqrt(2) * t, k, s$df[1], 160), 0)
      stopifnot(max(abs(rows$p_tukey - emmeans_p)) < 1e-7)
    }
    rows$p_tukey_emmeans <- emmeans_p
  }
  records(rows)
}

emm_case <- function(formula, specs, grid_call = "", ..., methods = "pairwise", notes = "") {
  fit <- eval(bquote(lm(.(as.formula(formula)), data = help)))
  grid <- suppressMessages(emmeans(fit, specs, ...))
  used <- model.frame(fit)
  numeric <- vapply(used, is.numeric, TRUE)
  values <- list(
    n = nobs(fit), df_residual = df.residual(fit), sigma = sigma(fit),
    covariate_means = as.list(colMeans(used[, numeric, drop = FALSE])[-1]),
    means = means_of(grid, specs), vcov = unname(vcov(grid)),
    linear_functions = unname(grid@linfct),
    terms = items(colnames(grid@linfct)))
  for (method in methods) {
    values[[gsub(".", "_", method, fixed = TRUE)]] <- if (method == "trt.vs.ctrl") {
      contrasts_of(grid, method, ref = 1)
    } else contrasts_of(grid, method)
  }
  call <- sprintf(
    "emmeans(lm(%s), c(%s)%s)", formula, paste0("\"", specs, "\"", collapse = ", "), grid_call)
  case("help_rct", call, values, 11, "", notes)
}

additive <- "cesd ~ treat + substance + homeless + sex + age + i1"
crossed <- "cesd ~ treat * substance + sex + age"
slopes <- "cesd ~ substance * age + sex"
both <- c("pairwise", "trt.vs.ctrl")

cases <- list(
  substance_equal = emm_case(additive, "substance", methods = both, notes = paste(
    "other factors averaged with equal weight, covariates at their means")),
  treat_equal = emm_case(additive, "treat", notes = paste(
    "two means: Tukey is the unadjusted p, and p_tukey is left out")),
  substance_proportional = emm_case(
    additive, "substance", ", weights = \"proportional\"", weights = "proportional",
    methods = both,
    notes = "other factors weighted by their joint margins as products of marginal frequencies"),
  substance_cells = emm_case(
    additive, "substance", ", weights = \"cells\"", weights = "cells",
    notes = "other factors weighted by the observed cell frequencies within each substance"),
  substance_at_age_30 = emm_case(
    additive, "substance", ", at = list(age = 30, i1 = 0)", at = list(age = 30, i1 = 0)),
  crossed_substance = emm_case(crossed, "substance", methods = both,
    notes = "averaged over treat although they interact"),
  crossed_cells = emm_case(crossed, c("treat", "substance"),
    notes = "all six cells; 15 pairs, Tukey for 6 means"),
  slopes_substance = emm_case(slopes, "substance", notes = "at the mean age"),
  slopes_substance_at_50 = emm_case(
    slopes, "substance", ", at = list(age = 50)", at = list(age = 50)))

# Slopes as exact combinations of the coefficients; emtrends differentiates numerically, so it only
# confirms them.
trend_fit <- lm(cesd ~ substance * age + sex, data = help)
kinds <- c("alcohol", "cocaine", "heroin")
slope_rows <- matrix(0, 3, length(coef(trend_fit)), dimnames = list(kinds, names(coef(trend_fit))))
slope_rows[, "age"] <- 1
slope_rows["cocaine", "substancecocaine:age"] <- 1
slope_rows["heroin", "substanceheroin:age"] <- 1
pair_rows <- slope_rows[c(1, 1, 2), ] - slope_rows[c(2, 3, 3), ]

combine <- function(rows) {
  df <- trend_fit$df.residual
  estimate <- unname(drop(rows %*% coef(trend_fit)))
  std_err <- unname(sqrt(diag(rows %*% vcov(trend_fit) %*% t(rows))))
  half <- qt((1 + level) / 2, df) * std_err
  data.frame(
    estimate = estimate, std_err = std_err, df = df, lower = estimate - half,
    upper = estimate + half)
}

slopes_frame <- cbind(substance = kinds, combine(slope_rows))
pairs_frame <- cbind(
  contrast = c("alcohol - cocaine", "alcohol - heroin", "cocaine - heroin"), combine(pair_rows))
pairs_frame$t <- pairs_frame$estimate / pairs_frame$std_err
pairs_frame$p <- 2 * pt(-abs(pairs_frame$t), pairs_frame$df)
pairs_frame$p_holm <- p.adjust(pairs_frame$p, "holm")
pairs_frame$p_bonferroni <- p.adjust(pairs_frame$p, "bonferroni")
pairs_frame$p_tukey <- vapply(
  abs(pairs_frame$t), function(t) range_tail(sqrt(2) * t, 3, pairs_frame$df[1], 160), 0)
trends <- emtrends(trend_fit, "substance", var = "age")
trend_pairs <- as.data.frame(summary(contrast(trends, "pairwise"), adjust = "tukey"))
pairs_frame$p_tukey_emmeans <- trend_pairs$p.value
stopifnot(
  abs(as.data.frame(trends)$age.trend - slopes_frame$estimate) < 1e-7,
  abs(trend_pairs$SE - pairs_frame$std_err) < 1e-7,
  abs(trend_pairs$p.value - pairs_frame$p_tukey) < 1e-6)

cases$slopes_trends <- case(
  "help_rct", "emtrends(lm(cesd ~ substance * age + sex), \"substance\", var = \"age\")",
  list(
    n = nobs(trend_fit), df_residual = df.residual(trend_fit), sigma = sigma(trend_fit),
    means = records(slopes_frame), vcov = unname(slope_rows %*% vcov(trend_fit) %*% t(slope_rows)),
    linear_functions = unname(slope_rows), terms = items(names(coef(trend_fit))),
    pairwise = records(pairs_frame)),
  11, "", "slopes of age within each substance, not means")

write_fixture("emmeans_basic.json", "emmeans_basic.R", "emmeans", cases, paste(
  "Data in data/. Text columns are factors in alphabetical order. Factors: treat no/yes, substance",
  "alcohol/cocaine/heroin, homeless homeless/housed, sex female/male. Limits are unadjusted 95%.",
  "p_tukey by quadrature; p_tukey_emmeans by R's ptukey, good to about 1e-10 absolutely.",
  "linear_functions has a row for each mean, over the coefficients named in terms."))
