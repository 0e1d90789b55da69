# Accelerated failure time and subdistribution hazard models. `Rscript parametric_survival.R` writes parametric_survival.json.
library(survival)
library(cmprsk)
source("common.R")

lung <- cohort("survival_lung")
uis <- cohort("uis_drug_relapse")
ovarian <- cohort("survival_ovarian")
veteran <- cohort("survival_veteran")
mgus <- cohort("survival_mgus2")
mgus$etime <- with(mgus, ifelse(pstat == 0, futime, ptime))
mgus$ev <- with(mgus, ifelse(pstat == 0, 2 * death, 1))
mgus$male <- as.numeric(mgus$sex == "M")
# Without ties: rows in order, a ten-thousandth of a month apart.
mgus$spread <- mgus$etime + mgus$id / 10000

cases <- list()
aft <- function(name, dataset, formula, data, dist, ...) {
  control <- survreg.control(rel.tolerance = 1e-14, maxiter = 100)
  more <- as.list(substitute(list(...)))[-1]
  fit <- do.call(survreg, c(list(formula, data = data, dist = dist, control = control), more))
  s <- predict(fit, newdata = data[1, ], type = "quantile", p = c(0.25, 0.5, 0.9), se.fit = TRUE)
  cases[[name]] <<- list(dataset = dataset, formula = paste(deparse(formula), collapse = ""), distribution = dist,
    cluster = if (is.null(more$cluster)) NULL else as.character(more$cluster),
    values = list(n = length(fit$linear.predictors), term = items(names(coef(fit))), estimate = items(coef(fit)),
      std_err = items(sqrt(diag(fit$var))), scale = fit$scale, vcov = fit$var, log_likelihood = fit$loglik[2],
      log_likelihood_null = fit$loglik[1], quantiles = items(s$fit)))
}
complete <- lung[complete.cases(lung[, c("time", "status", "age", "sex")]), ]
for (dist in c("weibull", "exponential", "lognormal", "loglogistic")) {
  aft(paste0("lung_", dist), "survival_lung", Surv(time, status) ~ age + sex, complete, dist)
  aft(paste0("uis_", dist), "uis_drug_relapse", Surv(time, censor) ~ age + treat + site + ndt, uis, dist)
  aft(paste0("ovarian_", dist), "survival_ovarian", Surv(futime, fustat) ~ age + rx, ovarian, dist)
  aft(paste0("veteran_", dist), "survival_veteran", Surv(time, status) ~ trt + karno + celltype, veteran, dist)
  aft(paste0("uis_cluster_", dist), "uis_drug_relapse", Surv(time, censor) ~ age + treat, uis, dist, cluster = age, robust = TRUE)
}
fine_gray <- function(name, dataset, terms, data, time, ties) {
  data$fg_time <- data[[time]]
  data$fg_event <- factor(data$ev, 0:2, c("censor", "pcm", "death"))
  expanded <- finegray(Surv(fg_time, fg_event) ~ ., data = data, etype = "pcm")
  formula <- as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", terms))
  control <- coxph.control(eps = 1e-14, iter.max = 50, toler.chol = 1e-15)
  fit <- coxph(formula, data = expanded, weights = fgwt, ties = ties, cluster = id, control = control)
  fit <- coxph(formula, data = expanded, weights = fgwt, ties = ties, cluster = id, control = control, init = coef(fit))
  null <- coxph(formula, data = expanded, weights = fgwt, ties = ties, cluster = id, init = 0 * coef(fit), control = coxph.control(iter.max = 0))
  b <- basehaz(fit, centered = FALSE)
  cases[[name]] <<- list(dataset = dataset, formula = terms, time = time, ties = ties, values = list(
    estimate = items(coef(fit)), vcov = vcov(fit), model_vcov = fit$naive.var, log_likelihood = fit$loglik[2],
    log_likelihood_null = null$loglik[1], hazard_time = items(b$time[c(10, 60, nrow(b))]), hazard = items(b$hazard[c(10, 60, nrow(b))])))
}
hgb <- mgus[complete.cases(mgus[, c("age", "male", "hgb")]), ]
for (ties in c("efron", "breslow")) {
  fine_gray(paste0("mgus_", ties), "survival_mgus2", "age + male", hgb, "etime", ties)
  fine_gray(paste0("mgus_hgb_", ties), "survival_mgus2", "age + male + hgb", hgb, "etime", ties)
  fine_gray(paste0("mgus_spread_", ties), "survival_mgus2", "age + male + hgb", hgb, "spread", ties)
}
fit <- crr(hgb$spread, hgb$ev, as.matrix(hgb[, c("age", "male", "hgb")]), failcode = 1, gtol = 1e-12, maxiter = 50)
cases$mgus_crr <- list(dataset = "survival_mgus2", formula = "age + male + hgb", time = "spread", ties = "breslow",
  values = list(estimate = items(fit$coef), crr_vcov = fit$var, log_likelihood = fit$loglik))
write_fixture("parametric_survival.json", "parametric_survival.R", c("survival", "cmprsk"), cases,
  "Data in data/. etime = ptime where pstat is 1, else futime; ev = 1 where pstat is 1, else 2 death; rows with hgb; spread = etime + id / 10000.")
