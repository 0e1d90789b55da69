# Contrasts, slopes, tests of terms, joint tests with clusters, average effects -> inference_seam.json
source("common.R")
suppressPackageStartupMessages({
  library(emmeans)
  library(car)
  library(clubSandwich)
  library(numDeriv)
  library(survival)
})
# emtrends differentiates numerically: it only confirms slopes.

text_as_factor <- function(frame) {
  for (name in names(frame)) if (is.character(frame[[name]])) frame[[name]] <- factor(frame[[name]])
  frame
}
help <- text_as_factor(cohort("help_rct"))
help$homeless01 <- as.numeric(help$homeless == "homeless")
btheb <- text_as_factor(cohort("btheb_long"))
btheb <- btheb[!is.na(btheb$bdi), ]
sleep <- cohort("sleepstudy")
veteran <- text_as_factor(cohort("survival_veteran"))
level <- 0.95

# glm's covariance belongs to the coefficients before the last step: one more start from the end makes it theirs.
polished <- function(fit) update(fit, start = coef(fit))

# ---- Contrasts -----------------------------------------------------------------------------------------------
contrast_rows <- function(set, by = NULL) {
  s <- as.data.frame(summary(set, infer = TRUE, adjust = "none", level = level))
  names <- intersect(c("contrast", "treatment_pairwise", "month_consec"), colnames(s))
  label <- apply(s[names], 1, paste, collapse = " : ")
  df <- s$df
  df[is.infinite(df)] <- NA
  records(data.frame(
    contrast = label, estimate = s$estimate, std_err = s$SE, df = df, t = s[[grep("ratio$", colnames(s))[1]]],
    p = s$p.value, lower = s[[grep("(lower|asymp.LCL)", colnames(s))[1]]],
    upper = s[[grep("(upper|asymp.UCL)", colnames(s))[1]]]))
}

visit_fit <- lm(bdi ~ treatment * factor(month) + bdi_pre + drug, data = btheb)
months <- suppressMessages(emmeans(visit_fit, "month"))
crossed <- emmeans(visit_fit, c("treatment", "month"))
x <- c(2, 3, 5, 8)
sleep_fit <- lm(reaction ~ factor(days) + factor(subject), data = sleep)
days <- emmeans(sleep_fit, "days")
cases <- list(
  families = case(
    "btheb_long", "contrast(emmeans(lm(bdi ~ treatment * factor(month) + bdi_pre + drug), \"month\"), ...)",
    list(
      consecutive = contrast_rows(contrast(months, "consec")),
      effects = contrast_rows(contrast(months, "eff")),
      trend = contrast_rows(contrast(months, list(trend = (x - mean(x)) / sum((x - mean(x))^2)))),
      interaction = contrast_rows(contrast(crossed, interaction = c("pairwise", "consec")))), 11),
  polynomial = case(
    "sleepstudy", "contrast(emmeans(lm(reaction ~ factor(days) + factor(subject)), \"days\"), \"poly\", max.degree = 4)",
    list(polynomial = contrast_rows(contrast(days, "poly", max.degree = 4))), 10))

# ---- Ratios --------------------------------------------------------------------------------------------------
ratio_rows <- function(grid) {
  s <- as.data.frame(summary(contrast(grid, "pairwise"), infer = TRUE, adjust = "none", type = "response"))
  value <- intersect(c("odds.ratio", "ratio"), colnames(s))
  records(data.frame(
    contrast = as.character(s$contrast), ratio = s[[value]], std_err = s$SE, lower = s$asymp.LCL,
    upper = s$asymp.UCL))
}
logit <- glm(homeless01 ~ treat * substance + age + sex, binomial, help, epsilon = 1e-14)
counts <- glm(d1 ~ treat + substance + age, poisson, help, epsilon = 1e-14)
counts <- polished(counts)
cox <- coxph(Surv(time, status) ~ trt + celltype + karno, veteran, control = coxph.control(eps = 1e-14, toler.chol = 1e-15))
cases$ratios <- case(
  "help_rct", "summary(contrast(emmeans(glm), \"pairwise\"), type = \"response\")",
  list(
    odds = ratio_rows(suppressMessages(emmeans(logit, "substance"))),
    rates = ratio_rows(emmeans(counts, "substance")),
    hazards = ratio_rows(emmeans(cox, "celltype"))), 9)

# ---- Slopes --------------------------------------------------------------------------------------------------
# A derivative of the design by Richardson's extrapolation of central differences (numDeriv).
slope_rows <- function(fit, by, at) {
  frame <- expand.grid(at, stringsAsFactors = TRUE)
  t(vapply(seq_len(nrow(frame)), function(i) {
    design <- function(age) {
      new <- frame[i, , drop = FALSE]
      new$age <- age
      for (name in names(fit$xlevels)) new[[name]] <- factor(new[[name]], levels = fit$xlevels[[name]])
      drop(model.matrix(delete.response(terms(fit)), new, xlev = fit$xlevels))
    }
    drop(jacobian(design, frame$age[i]))
  }, coef(fit)))
}
slope_frame <- function(fit, rows, names) {
  estimate <- drop(rows %*% coef(fit))
  records(data.frame(
    substance = names, estimate = estimate, std_err = sqrt(diag(rows %*% vcov(fit) %*% t(rows)))))
}
kinds <- c("alcohol", "cocaine", "heroin")
curved <- lm(cesd ~ substance * splines::ns(age, 3) + sex, help)
curved_rows <- slope_rows(curved, "substance", list(age = 30, substance = kinds, sex = c("female", "male")))
curved_rows <- (curved_rows[1:3, ] + curved_rows[4:6, ]) / 2
squares <- lm(cesd ~ substance * (age + I(age^2)) + log(age), help)
squares_rows <- slope_rows(squares, "substance", list(age = mean(help$age), substance = kinds))
trend <- as.data.frame(emtrends(curved, "substance", var = "age", at = list(age = 30), delta.var = 1e-3))
stopifnot(max(abs(trend$age.trend / drop(curved_rows %*% coef(curved)) - 1)) < 1e-3)
cases$slopes <- case(
  "help_rct", "derivatives of the design by numDeriv::jacobian, confirmed by emtrends to 3 digits",
  list(spline = slope_frame(curved, curved_rows, kinds), squares = slope_frame(squares, squares_rows, kinds)), 8)

# ---- Tests of terms ------------------------------------------------------------------------------------------
anova_rows <- function(table, statistic) {
  keep <- !rownames(table) %in% c("Residuals", "(Intercept)")
  p <- table[keep, ncol(table)]
  records(data.frame(term = rownames(table)[keep], statistic = table[keep, statistic], df = table[keep, "Df"], p = p))
}
options(contrasts = c("contr.sum", "contr.poly"))
term_formula <- cesd ~ treat * substance + sex * age + homeless
summed <- lm(term_formula, help)
weighted <- lm(term_formula, help, weights = pss_fr + 1)
summed_logit <- glm(homeless01 ~ treat * substance + age + sex, binomial, help, epsilon = 1e-14)
cases$terms <- case(
  "help_rct", "car::Anova with contr.sum; weights = pss_fr + 1 in the weighted model",
  list(
    linear_II = anova_rows(Anova(summed, type = 2), "F value"),
    linear_III = anova_rows(Anova(summed, type = 3), "F value"),
    weighted_II = anova_rows(Anova(weighted, type = 2), "F value"),
    weighted_III = anova_rows(Anova(weighted, type = 3), "F value"),
    logit_II = anova_rows(Anova(summed_logit, type = 2, test.statistic = "Wald"), "Chisq"),
    logit_III = anova_rows(Anova(summed_logit, type = 3, test.statistic = "Wald"), "Chisq"),
    logit_LR = anova_rows(Anova(summed_logit, type = 2, test.statistic = "LR"), "LR Chisq")), 9)
options(contrasts = c("contr.treatment", "contr.poly"))
cox_crossed <- coxph(Surv(time, status) ~ trt * karno + celltype, veteran, control = coxph.control(eps = 1e-14, toler.chol = 1e-15))
cases$cox_terms <- case(
  "survival_veteran", "car::Anova(coxph(Surv(time, status) ~ trt * karno + celltype))",
  list(
    II = anova_rows(Anova(cox_crossed, type = 2, test.statistic = "Wald"), "Chisq"),
    LR = anova_rows(Anova(cox_crossed, type = 2, test.statistic = "LR"), "LR Chisq")), 8)

# ---- Joint tests with clusters -------------------------------------------------------------------------------
htz <- function(fit, cluster, kind, pattern) {
  v <- vcovCR(fit, cluster = cluster, type = kind)
  test <- Wald_test(fit, vcov = v, constraints = constrain_zero(pattern, reg_ex = TRUE), test = "HTZ")
  list(f = test$Fstat, df = test$df_num, df_denominator = test$df_denom, p = test$p_val)
}
visit_weighted <- lm(bdi ~ treatment * factor(month) + bdi_pre + drug, data = btheb, weights = bdi_pre)
visit_logit <- glm(I(bdi < 14) ~ treatment + factor(month) + bdi_pre, binomial, btheb, epsilon = 1e-14)
visit_logit <- update(visit_logit, start = coef(visit_logit))
cases$clusters <- case(
  "btheb_long", "clubSandwich::Wald_test(lm(...), vcov = vcovCR(cluster = subject), test = \"HTZ\")",
  list(
    month_cr2 = htz(visit_fit, btheb$subject, "CR2", "^factor.month..$"),
    interaction_cr2 = htz(visit_fit, btheb$subject, "CR2", ":"),
    interaction_cr1 = htz(visit_fit, btheb$subject, "CR1", ":"),
    weighted_cr2 = htz(visit_weighted, btheb$subject, "CR2", ":"),
    logit_cr2 = htz(visit_logit, btheb$subject, "CR2", "^factor.month..$")), 9)

# ---- Average effects -----------------------------------------------------------------------------------------
# The stacked equations as one function of all parameters: their Jacobian by numDeriv, the sandwich dense.
stacked <- function(fit, column, levels, y, weights = rep(1, length(y)), population = NULL, cluster = NULL) {
  data <- fit$data
  if (is.null(data)) data <- help
  population <- if (is.null(population)) rep(1, nrow(data)) else population
  inverse <- family(fit)$linkinv
  design <- function(frame) model.matrix(delete.response(terms(fit)), frame, xlev = fit$xlevels)
  x <- model.matrix(fit)
  versions <- lapply(levels, function(value) {
    frame <- data
    frame[[column]] <- if (is.factor(data[[column]])) factor(value, levels = levels(data[[column]])) else value
    design(frame)
  })
  p <- ncol(x)
  k <- length(levels)
  score <- function(parameters) {
    beta <- parameters[1:p]
    theta <- parameters[p + 1:k]
    first <- weights * x * drop(y - inverse(drop(x %*% beta)))
    second <- vapply(seq_len(k), function(j) {
      weights * population * (inverse(drop(versions[[j]] %*% beta)) - theta[j])
    }, numeric(length(y)))
    cbind(first, second)
  }
  means <- function(beta) vapply(versions, function(v) {
    sum(weights * population * inverse(drop(v %*% beta))) / sum(weights * population)
  }, 0)
  theta <- means(coef(fit))
  parameters <- c(coef(fit), theta)
  a <- jacobian(function(q) colSums(score(q)), parameters)
  s <- score(parameters)
  if (!is.null(cluster)) s <- rowsum(s, cluster)
  m <- nrow(s)
  v <- solve(a) %*% crossprod(s) %*% t(solve(a)) * m / (m - 1)
  # Differences lose digits where intercept and slope cancel: the delta method's gradient is exact.
  gradient <- t(vapply(versions, function(v) {
    slope <- weights * population * family(fit)$mu.eta(drop(v %*% coef(fit)))
    colSums(slope * v) / sum(weights * population)
  }, coef(fit)))
  stopifnot(max(abs(gradient - jacobian(means, coef(fit)))) < 1e-6)
  list(
    means = items(theta), conditional = gradient %*% vcov(fit) %*% t(gradient),
    sampling = unname(v[p + 1:k, p + 1:k]))
}
crossed_logit <- glm(homeless01 ~ treat * age + substance + sex, binomial, help, epsilon = 1e-14)
poisson_fit <- glm(d1 ~ substance * sex + age, poisson, help, epsilon = 1e-14)
poisson_fit <- polished(poisson_fit)
linear_fit <- glm(cesd ~ treat * age + substance, gaussian, help)
age_values <- c(30, 40)
visit_glm <- glm(bdi ~ treatment * bdi_pre + factor(month), gaussian, btheb)
sampled <- suppressWarnings(
  glm(homeless01 ~ treat * age + substance, binomial, help, weights = pss_fr + 1, epsilon = 1e-14))
slope_fit <- glm(homeless01 ~ age + I(age^2) + sex, binomial, help, epsilon = 1e-14)
average_slope <- function(beta) {
  eta <- drop(model.matrix(slope_fit) %*% beta)
  mean(dlogis(eta) * (beta[2] + 2 * beta[3] * help$age))
}
slope_gradient <- grad(average_slope, coef(slope_fit))
cases$effects <- case(
  "help_rct", "stacked estimating equations, Jacobian by numDeriv, dense sandwich times m / (m - 1)",
  list(
    logit = stacked(crossed_logit, "treat", levels(help$treat), help$homeless01),
    logit_treated = stacked(
      crossed_logit, "treat", levels(help$treat), help$homeless01,
      population = as.numeric(help$treat == "yes")),
    poisson = stacked(poisson_fit, "substance", levels(help$substance), help$d1),
    linear = stacked(linear_fit, "treat", levels(help$treat), help$cesd),
    numeric = stacked(crossed_logit, "age", age_values, help$homeless01),
    sampling_weights = stacked(
      sampled, "treat", levels(help$treat), help$homeless01, weights = help$pss_fr + 1)[c("means", "sampling")],
    slope = list(
      estimate = average_slope(coef(slope_fit)),
      std_err = sqrt(drop(slope_gradient %*% vcov(slope_fit) %*% slope_gradient)))), 8)
cases$clustered_effects <- case(
  "btheb_long", "the same with scores summed by subject",
  stacked(visit_glm, "treatment", levels(btheb$treatment), btheb$bdi, cluster = btheb$subject), 8)

# ---- Margins -------------------------------------------------------------------------------------------------
margin_grid <- contrast(emmeans(lm(cesd ~ substance + age + sex, help), "substance"), "pairwise")
margin_rows <- function(side, delta) {
  s <- as.data.frame(test(margin_grid, delta = delta, side = side, adjust = "none"))
  records(data.frame(contrast = as.character(s$contrast), p = s$p.value))
}
cases$margins <- case(
  "help_rct", "test(pairs(emmeans(lm(cesd ~ substance + age + sex), \"substance\")), delta, side, adjust = \"none\")",
  list(
    equivalence = margin_rows("equivalence", 6), noninferiority = margin_rows("noninferiority", 3),
    noninferiority_lower = margin_rows("nonsuperiority", 3)), 10)

write_fixture("inference_seam.json", "inference_seam.R", c("emmeans", "car", "clubSandwich", "numDeriv", "survival"),
  cases, paste(
    "Data in data/. Text columns are factors in alphabetical order. homeless01 is 1 for homeless.",
    "Limits are unadjusted 95%. btheb_long without rows that lack bdi."))
