# Cox models in full: start and stop, strata, clusters, discrete ties, residuals, tests of proportional hazards, curves.
# `Rscript cox.R` writes cox.json.
library(survival)
source("common.R")

control <- coxph.control(eps = 1e-14, iter.max = 50, toler.chol = 1e-15)

# coxph stops on the log-likelihood; further Newton steps settle the rest.
settled <- function(formula, data, ...) {
  more <- as.list(substitute(list(...)))[-1]
  more$ties <- eval(more$ties, parent.frame())
  fitted <- function(...) do.call(coxph, c(list(formula, data = data, control = control, x = TRUE, model = TRUE), more, list(...)))
  fit <- fitted()
  loglik <- fit$loglik
  for (step in 1:2) fit <- fitted(init = coef(fit))
  fit$loglik <- c(loglik[1], fit$loglik[2])
  fit
}

some <- function(n) unique(round(seq(1, n, length.out = min(n, 12))))

describe <- function(fit, data, zph = TRUE, residuals = TRUE, curve = NULL) {
  b <- coef(fit)
  v <- vcov(fit)
  values <- list(
    n = fit$n, events = fit$nevent, term = items(names(b)), estimate = items(b), std_err = items(sqrt(diag(v))),
    vcov = v, model_vcov = if (is.null(fit$naive.var)) v else fit$naive.var,
    log_likelihood_null = fit$loglik[1], log_likelihood = fit$loglik[2])
  if (zph) {
    values$zph <- lapply(c(km = "km", identity = "identity", log = "log", rank = "rank"), function(transform) {
      # R's solve refuses some systems for their scale alone.
      table <- tryCatch(cox.zph(fit, transform = transform)$table, error = function(e) NULL)
      if (is.null(table)) return(NULL)
      list(chi_squared = items(table[, "chisq"]), df = items(table[, "df"]), p = items(table[, "p"]))
    })
  }
  if (residuals) {
    rows <- some(fit$n)
    values$rows <- items(rows)
    values$martingale <- items(residuals(fit, "martingale")[rows])
    values$deviance <- items(residuals(fit, "deviance")[rows])
    pick <- function(x) as.matrix(x)[rows, , drop = FALSE]
    values$score <- pick(residuals(fit, "score"))
    values$dfbeta <- pick(residuals(fit, "dfbeta", weighted = TRUE))
    schoenfeld <- as.matrix(residuals(fit, "schoenfeld"))
    values$schoenfeld_squares <- items(colSums(schoenfeld^2))
    scaled <- as.matrix(residuals(fit, "scaledsch"))
    values$scaled_schoenfeld_squares <- items(colSums(scaled^2))
  }
  if (!is.null(curve)) {
    s <- survfit(fit, newdata = curve)
    if (is.null(s$strata)) {
      at <- some(length(s$time))
      values$curve <- list(
        time = items(s$time[at]), at_risk = items(s$n.risk[at]), events = items(s$n.event[at]),
        survival = items(s$surv[at]), cumulative_hazard = items(s$cumhaz[at]),
        std_err_cumulative_hazard = items(s$std.err[at]), lower = items(s$lower[at]), upper = items(s$upper[at]))
    }
  }
  values
}

lung <- cohort("survival_lung")
lung <- lung[complete.cases(lung[, c("time", "status", "age", "sex", "ph_ecog")]), ]
veteran <- cohort("survival_veteran")
help <- cohort("help_rct")
bladder <- cohort("survival_bladder")
bladder2 <- cohort("survival_bladder2")
cgd <- cohort("survival_cgd")
uis <- cohort("uis_drug_relapse")
mgus <- cohort("survival_mgus2")
mgus$etime <- with(mgus, ifelse(pstat == 0, futime, ptime))
mgus$ev <- with(mgus, ifelse(pstat == 0, 2 * death, 1))
ovarian <- cohort("survival_ovarian")
# Weights that are no whole numbers, from the age.
lung$w <- 0.5 + lung$age / 50

cases <- list()
add <- function(name, dataset, call, values, ...) {
  cases[[name]] <<- c(list(dataset = dataset, call = call), list(...), list(values = values))
}
lung_f <- Surv(time, status == 2) ~ age + sex + ph_ecog
at <- data.frame(age = 60, sex = 2, ph_ecog = 1)
for (ties in c("efron", "breslow")) {
  add(paste0("lung_", ties), "survival_lung", sprintf("coxph(Surv(time, status == 2) ~ age + sex + ph_ecog, ties = '%s')", ties),
    describe(settled(lung_f, lung, ties = ties), lung, curve = at), ties = ties, formula = "Surv(time, status == 2) ~ age + sex + ph_ecog")
  add(paste0("lung_robust_", ties), "survival_lung", "the same, robust = TRUE",
    describe(settled(lung_f, lung, ties = ties, robust = TRUE), lung), ties = ties, robust = TRUE,
    formula = "Surv(time, status == 2) ~ age + sex + ph_ecog")
  add(paste0("lung_weights_", ties), "survival_lung", "the same, weights = 0.5 + age / 50",
    describe(settled(lung_f, lung, ties = ties, weights = w, robust = TRUE), lung, curve = at), ties = ties, weights = TRUE,
    formula = "Surv(time, status == 2) ~ age + sex + ph_ecog")
  add(paste0("bladder2_ag_", ties), "survival_bladder2", "coxph(Surv(start, stop, event) ~ rx + size + number, cluster = id)",
    describe(settled(Surv(start, stop, event) ~ rx + size + number, bladder2, ties = ties, cluster = id), bladder2,
      curve = data.frame(rx = 2, size = 2, number = 3)),
    ties = ties, cluster = "id", formula = "Surv(start, stop, event) ~ rx + size + number")
  add(paste0("bladder2_pwp_", ties), "survival_bladder2", "coxph(Surv(start, stop, event) ~ rx + size + number + strata(enum), cluster = id)",
    describe(settled(Surv(start, stop, event) ~ rx + size + number + strata(enum), bladder2, ties = ties, cluster = id), bladder2),
    ties = ties, cluster = "id", formula = "Surv(start, stop, event) ~ rx + size + number + strata(enum)")
  add(paste0("bladder2_gap_", ties), "survival_bladder2", "coxph(Surv(stop - start, event) ~ rx + size + number + strata(enum), cluster = id)",
    describe(settled(Surv(stop - start, event) ~ rx + size + number + strata(enum), bladder2, ties = ties, cluster = id), bladder2),
    ties = ties, cluster = "id", gap = TRUE, formula = "Surv(gap, event) ~ rx + size + number + strata(enum)")
  add(paste0("bladder_wlw_", ties), "survival_bladder", "coxph(Surv(stop, event) ~ rx + size + number + strata(enum), cluster = id)",
    describe(settled(Surv(stop, event) ~ rx + size + number + strata(enum), bladder, ties = ties, cluster = id), bladder),
    ties = ties, cluster = "id", formula = "Surv(stop, event) ~ rx + size + number + strata(enum)")
  add(paste0("cgd_ag_", ties), "survival_cgd", "coxph(Surv(tstart, tstop, status) ~ treat + age + steroids + strata(inherit), cluster = id)",
    describe(settled(Surv(tstart, tstop, status) ~ treat + age + steroids + strata(inherit), cgd, ties = ties, cluster = id), cgd),
    ties = ties, cluster = "id", formula = "Surv(tstart, tstop, status) ~ treat + age + steroids + strata(inherit)")
}
add("veteran_strata", "survival_veteran", "coxph(Surv(time, status) ~ trt + karno + age + strata(celltype))",
  describe(settled(Surv(time, status) ~ trt + karno + age + strata(celltype), veteran), veteran), ties = "efron",
  formula = "Surv(time, status) ~ trt + karno + age + strata(celltype)")
add("veteran_factor", "survival_veteran", "coxph(Surv(time, status) ~ trt + prior + karno + celltype)",
  describe(settled(Surv(time, status) ~ trt + prior + karno + celltype, veteran), veteran), ties = "efron",
  formula = "Surv(time, status) ~ trt + prior + karno + celltype")
add("veteran_offset", "survival_veteran", "coxph(Surv(time, status) ~ trt + celltype + offset(-karno / 30))",
  describe(settled(Surv(time, status) ~ trt + celltype + offset(-karno / 30), veteran), veteran), ties = "efron",
  formula = "Surv(time, status) ~ trt + celltype + offset(-karno / 30)")
add("uis", "uis_drug_relapse", "coxph(Surv(time, censor) ~ age + beck + ndt + iv3 + race + treat + site)",
  describe(settled(Surv(time, censor) ~ age + beck + ndt + iv3 + race + treat + site, uis), uis,
    curve = data.frame(age = 30, beck = 15, ndt = 3, iv3 = 0, race = 0, treat = 1, site = 0)), ties = "efron",
  formula = "Surv(time, censor) ~ age + beck + ndt + iv3 + race + treat + site")
add("ovarian", "survival_ovarian", "coxph(Surv(futime, fustat) ~ age + rx)",
  describe(settled(Surv(futime, fustat) ~ age + rx, ovarian), ovarian, curve = data.frame(age = 50, rx = 1)), ties = "efron",
  formula = "Surv(futime, fustat) ~ age + rx")
complete <- help[complete.cases(help[, c("daysanysub", "anysubstatus", "cesd", "age")]), ]
add("help", "help_rct", "coxph(Surv(daysanysub, anysubstatus) ~ treat + cesd + age + female + homeless + substance), complete rows",
  describe(settled(Surv(daysanysub, anysubstatus) ~ treat + cesd + age + female + homeless + substance, complete), complete, residuals = FALSE),
  ties = "efron", formula = "Surv(daysanysub, anysubstatus) ~ treat + cesd + age + female + homeless + substance")
# Near-tied float times: days as years.
late <- mgus
late$entry <- late$age
late$exit <- late$age + late$futime / 12
add("mgus_age_scale", "survival_mgus2", "coxph(Surv(age, age + futime / 12, death) ~ sex + hgb), rows with hgb; age as time scale",
  describe(settled(Surv(entry, exit, death) ~ sex + hgb, late[!is.na(late$hgb), ]), late[!is.na(late$hgb), ]),
  ties = "efron", age_scale = TRUE, formula = "Surv(age, exit, death) ~ sex + hgb")
for (name in c("ovarian", "lung")) {
  data <- get(name)
  f <- switch(name, ovarian = Surv(futime, fustat) ~ age + rx, lung = lung_f)
  add(paste0(name, "_discrete"), paste0("survival_", name), sprintf("coxph(%s, ties = 'exact')", paste(deparse(f), collapse = "")),
    describe(settled(f, data, ties = "exact"), data, zph = FALSE, residuals = FALSE), ties = "discrete",
    formula = paste(deparse(f), collapse = ""))
}

write_fixture("cox.json", "cox.R", "survival", cases,
  "Data in data/. Residuals are at the rows named (from 1, after incomplete rows were dropped).")
