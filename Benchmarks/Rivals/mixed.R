# Times lme4, glmmTMB or nlme on a data frame in memory: Rscript mixed.R KIND FILE
# KIND is lme4 (phq9 ~ week*modality + age + sex + (week | subject_id)), or glmmTMB or gls (bcva ~ base + arm*visit with an
# unstructured covariance of visits). Prints one JSON object with seconds, REML criterion and coefficients.
arguments <- commandArgs(TRUE)
kind <- arguments[1]
d <- read.csv(arguments[2], stringsAsFactors = TRUE)
if (kind == "lme4") {
  suppressMessages(library(lme4))
  d$subject_id <- factor(d$subject_id)
  seconds <- system.time(
    fit <- lmer(phq9 ~ week * modality + age + sex + (week | subject_id), d))[[3]]
  criterion <- REMLcrit(fit)
  beta <- fixef(fit)
} else {
  suppressMessages({library(nlme); library(glmmTMB)})
  d$id <- factor(d$id)
  d <- d[order(d$id, d$visit), ]
  d$position <- as.integer(d$visit)
  if (kind == "glmmTMB") {
    seconds <- system.time(
      fit <- glmmTMB(bcva ~ base + arm * visit + us(0 + visit | id), d, dispformula = ~0, REML = TRUE,
        control = glmmTMBControl(parallel = 2)))[[3]]
    beta <- fixef(fit)$cond
  } else {
    seconds <- system.time(
      fit <- gls(bcva ~ base + arm * visit, d, corSymm(form = ~ position | id), varIdent(form = ~ 1 | visit)))[[3]]
    beta <- coef(fit)
  }
  criterion <- -2 * as.numeric(logLik(fit))
}
list <- function(x) paste(format(x, digits = 17), collapse = ", ")
cat(sprintf('{"seconds": [%s], "criterion": %s, "coefficients": [%s]}\n', list(seconds), list(criterion),
  list(unname(beta))))
