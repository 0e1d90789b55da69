# Beat the Blues: arms compared by the mean over follow-up, crude and by covariance -> follow_up_mean.json
#
# Run from this folder: `Rscript follow_up_mean.R`. Helpers come from the estimation fixtures: the JSON
# writer, and the quadrature for Dunnett's p-values and limits.
borrowed <- "../../EstimationTests/Fixtures"
home <- setwd(borrowed)
source("common.R")
source("quadrature.R")
setwd(home)
suppressPackageStartupMessages(library(emmeans))
level <- 0.95

visits <- read.csv("../../../Data/btheb/visits.csv")
baseline <- visits[visits$month == 0, c("subject_id", "modality", "length", "bdi")]
names(baseline)[4] <- "baseline"
later <- visits[visits$month > 0 & !is.na(visits$bdi), ]
means <- aggregate(bdi ~ subject_id, later, mean)
names(means)[2] <- "follow_up_mean"
people <- merge(baseline, means, by = "subject_id", all.x = TRUE)
people$modality <- factor(people$modality, levels = c("combined", "medication", "neither", "therapy"))

box <- function(c, correlation, df) box3(c, correlation, df, 96)

comparison <- function(formula, data) {
  fit <- lm(formula, data)
  grid <- emmeans(fit, "modality", weights = "equal")
  focus <- contrast(grid, list(
    "combined - medication" = c(1, -1, 0, 0), "combined - neither" = c(1, 0, -1, 0),
    "combined - therapy" = c(1, 0, 0, -1)))
  rows <- as.data.frame(summary(focus, infer = TRUE, adjust = "none", level = level))
  correlation <- unname(cov2cor(vcov(focus)))
  df <- rows$df[1]
  critical <- uniroot(function(c) box(c, correlation, df) - level, c(1.9, 3.5), tol = 1e-13)$root
  estimates <- as.data.frame(summary(grid, infer = c(TRUE, FALSE), level = level))
  list(
    n = nobs(fit), sigma = summary(fit)$sigma,
    means = records(data.frame(
      modality = as.character(estimates$modality), estimate = estimates$emmean,
      std_err = estimates$SE, lower = estimates$lower.CL, upper = estimates$upper.CL)),
    contrasts = records(data.frame(
      contrast = as.character(rows$contrast), estimate = rows$estimate, std_err = rows$SE,
      df = rows$df, t = rows$t.ratio, p = rows$p.value, lower = rows$lower.CL, upper = rows$upper.CL,
      p_holm = p.adjust(rows$p.value, "holm"),
      p_dunnett = vapply(abs(rows$t.ratio), function(t) 1 - box(t, correlation, df), 0),
      lower_dunnett = rows$estimate - critical * rows$SE,
      upper_dunnett = rows$estimate + critical * rows$SE)))
}

# The pooled two-sample comparison written out, so that "crude" is not taken from lm alone.
crude <- comparison(follow_up_mean ~ modality, people)
group <- split(people$follow_up_mean, people$modality)
group <- lapply(group, function(x) x[!is.na(x)])
by_hand <- sapply(group[-1], function(other) mean(group$combined) - mean(other))
stopifnot(max(abs(by_hand - vapply(crude$contrasts, function(row) row$estimate, 0))) < 1e-12)

cases <- list(
  adjusted = case("Data/btheb/visits.csv", "lm(follow_up_mean ~ baseline + modality)",
    comparison(follow_up_mean ~ baseline + modality, people), 11),
  adjusted_length = case("Data/btheb/visits.csv", "lm(follow_up_mean ~ baseline + length + modality)",
    comparison(follow_up_mean ~ baseline + length + modality, people), 11),
  crude = case("Data/btheb/visits.csv", "lm(follow_up_mean ~ modality)", crude, 11))

write_fixture("follow_up_mean.json", "follow_up_mean.R", c("emmeans"), cases, paste(
  "follow_up_mean: mean of the BDI scores after month 0 of each person who has one; baseline: BDI at",
  "month 0. Contrasts are combined - other, from emmeans(fit, \"modality\", weights = \"equal\");",
  "p_dunnett and the limits by Gauss-Legendre quadrature with 96 nodes."))
