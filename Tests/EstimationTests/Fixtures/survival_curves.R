# Curves with delayed entry, weights and clusters, competing and recurrent events, weighted log-rank
# tests and concordance -> survival_curves.json
source("common.R")
suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})

lung <- cohort("survival_lung")
lung$w <- lung$age / 64
mgus2 <- cohort("survival_mgus2")
mgus2$exit_age <- mgus2$age + mgus2$futime / 12
mgus2$etime <- with(mgus2, ifelse(pstat == 1, ptime, futime))
mgus2$cause <- with(mgus2, ifelse(pstat == 1, "pcm", ifelse(death == 1, "died", "censored")))
mgus2$state <- factor(mgus2$cause, c("censored", "died", "pcm"))
mgus2$w <- mgus2$age / 70
mgus2$band <- ifelse(mgus2$age < 60, "a", ifelse(mgus2$age < 75, "b", "c"))
late <- mgus2[mgus2$futime > 0, ]
bladder <- cohort("survival_bladder")
bladder2 <- cohort("survival_bladder2")
bladder2 <- bladder2[bladder2$start < bladder2$stop, ]
cgd <- cohort("survival_cgd")
veteran <- cohort("survival_veteran")
uis <- cohort("uis_drug_relapse")

cases <- list()
add <- function(name, ...) cases[[name]] <<- case(...)

pieces <- function(fit, values) {
  strata <- if (is.null(fit$strata)) rep("all", length(fit$time)) else rep(names(fit$strata), fit$strata)
  split(values, factor(strata, unique(strata)))
}

# --- Kaplan-Meier and cumulative hazards
curve <- function(fit) {
  groups <- names(pieces(fit, fit$time))
  list(groups = lapply(groups, function(group) {
    piece <- function(x) items(pieces(fit, x)[[group]])
    values <- list(
      group = group, time = piece(fit$time), n_risk = piece(fit$n.risk), n_event = piece(fit$n.event),
      n_censor = piece(fit$n.censor), survival = piece(fit$surv), # robust errors are of the survival itself
      std_err = piece(if (isTRUE(fit$logse)) fit$surv * fit$std.err else fit$std.err),
      lower = piece(fit$lower), upper = piece(fit$upper), hazard = piece(fit$cumhaz),
      hazard_std_err = piece(fit$std.chaz))
    if (!is.null(fit$n.enter)) values$n_enter <- piece(fit$n.enter)
    values
  }))
}

add("km_mgus2_age", "survival_mgus2", "survfit(Surv(age, exit_age, death) ~ sex)",
  curve(survfit(Surv(age, exit_age, death) ~ sex, late)), 10,
  prepare = "exit_age = age + futime / 12; rows with futime > 0")
add("km_lung_weighted", "survival_lung", "survfit(Surv(time, status == 2) ~ sex, weights = w, robust = TRUE)",
  curve(survfit(Surv(time, status == 2) ~ sex, lung, weights = w, robust = TRUE)), 10, prepare = "w = age / 64")
add("km_bladder_cluster", "survival_bladder", "survfit(Surv(stop, event) ~ rx, cluster = id)",
  curve(survfit(Surv(stop, event) ~ rx, bladder, cluster = id)), 10)
add("hazard_uis_1", "uis_drug_relapse", "survfit(Surv(time, censor) ~ treat)",
  curve(survfit(Surv(time, censor) ~ treat, uis)), 12)
add("hazard_uis_2", "uis_drug_relapse", "survfit(Surv(time, censor) ~ treat, ctype = 2)",
  curve(survfit(Surv(time, censor) ~ treat, uis, ctype = 2)), 12)

# Restricted means with robust errors: the integral of survfit's influence matrix.
robust_mean <- function(data, horizon) {
  fit <- survfit(Surv(time, status == 2) ~ 1, data, weights = w, robust = TRUE, influence = 1)
  at <- fit$time[fit$time < horizon]
  widths <- diff(c(at, horizon))
  area <- sum(diff(c(0, at, horizon)) * c(1, fit$surv[seq_along(at)]))
  influence <- (fit$influence.surv[, seq_along(at), drop = FALSE]) %*% widths
  list(horizon = horizon, estimate = area, std_err = sqrt(sum(influence^2)))
}
add("rmst_lung_weighted", "survival_lung", "integral of survfit(..., weights = w, robust = TRUE, influence = 1)",
  robust_mean(lung, 365), 10, prepare = "w = age / 64")

# --- Competing risks
states <- function(fit) {
  groups <- names(pieces(fit, fit$time))
  list(groups = lapply(groups, function(group) {
    list(group = group, time = items(pieces(fit, fit$time)[[group]]), causes = lapply(2:3, function(j) {
      piece <- function(x) items(pieces(fit, x[, j])[[group]])
      list(
        cause = fit$states[j], n_event = piece(fit$n.event), estimate = piece(fit$pstate),
        std_err = piece(fit$std.err), lower = piece(fit$lower), upper = piece(fit$upper))
    }))
  }))
}
for (type in c("log", "plain", "log-log")) {
  add(paste0("aj_mgus2_", type), "survival_mgus2", paste0("survfit(Surv(etime, state) ~ sex, conf.type = \"", type, "\")"),
    states(survfit(Surv(etime, state) ~ sex, mgus2, conf.type = type)), 10,
    prepare = "etime, cause from ptime, pstat, futime, death")
}
add("aj_mgus2_age", "survival_mgus2", "survfit(Surv(age, exit, state) ~ 1, id = id)", {
  data <- mgus2[mgus2$etime > 0, ]
  data$exit <- data$age + data$etime / 12
  states(survfit(Surv(age, exit, state) ~ 1, data, id = id))
}, 10, prepare = "exit = age + etime / 12; rows with etime > 0")
add("aj_mgus2_weighted", "survival_mgus2", "survfit(Surv(etime, state) ~ sex, weights = w, id = id)",
  states(survfit(Surv(etime, state) ~ sex, mgus2, weights = w, id = id)), 10, prepare = "w = age / 70")

incidence <- function(time, status, group) {
  fit <- cuminc(time, status, group, cencode = "censored")
  at <- sort(unique(time))
  points <- timepoints(fit, at)
  rows <- rownames(points$est)
  list(time = items(at), curves = lapply(rows, function(row) {
    list(name = row, estimate = items(points$est[row, ]), variance = items(points$var[row, ]))
  }))
}
add("cuminc_mgus2", "survival_mgus2", "cuminc(etime, cause, sex, cencode = \"censored\")",
  incidence(mgus2$etime, mgus2$cause, mgus2$sex), 12)

gray <- function(...) {
  test <- cuminc(..., cencode = "censored")$Tests
  list(cause = items(rownames(test)), statistic = items(test[, "stat"]), df = items(test[, "df"]), p = items(test[, "pv"]))
}
add("gray_sex", "survival_mgus2", "cuminc(etime, cause, sex)", gray(mgus2$etime, mgus2$cause, mgus2$sex), 10)
add("gray_band", "survival_mgus2", "cuminc(etime, cause, band)", gray(mgus2$etime, mgus2$cause, mgus2$band), 10,
  prepare = "band: a below 60 years, b below 75, c")
add("gray_band_strata_sex", "survival_mgus2", "cuminc(etime, cause, band, strata = sex)",
  gray(mgus2$etime, mgus2$cause, mgus2$band, strata = mgus2$sex), 10)
add("gray_sex_rho_1", "survival_mgus2", "cuminc(etime, cause, sex, rho = 1)",
  gray(mgus2$etime, mgus2$cause, mgus2$sex, rho = 1), 10)

# --- Recurrent events
recurrent <- function(formula, data) {
  fit <- survfit(formula, data, id = id)
  rows <- names(pieces(fit, fit$time))
  model <- coxph(formula, data, cluster = id, ties = "breslow")
  list(statistic = drop(unname(model$rscore)), groups = lapply(rows, function(group) {
    piece <- function(x) items(pieces(fit, x)[[group]])
    # In one call R looks up whose rows go on by places in the whole data: counts come from the group alone.
    own <- data[data[[all.vars(formula)[4]]] == sub(".*=", "", group), ]
    alone <- survfit(update(formula, . ~ 1), own, id = id)
    list(group = group, time = piece(fit$time), mean = piece(fit$cumhaz), std_err = piece(fit$std.chaz),
      n_risk = piece(fit$n.risk), n_enter = items(alone$n.enter), n_censor = items(alone$n.censor))
  }))
}
add("mcf_bladder2", "survival_bladder2", "survfit(Surv(start, stop, event) ~ rx, id = id); coxph(..., ties = \"breslow\")$rscore",
  recurrent(Surv(start, stop, event) ~ rx, bladder2), 10, prepare = "rows with start < stop")
add("mcf_cgd", "survival_cgd", "survfit(Surv(tstart, tstop, status) ~ treat, id = id); coxph(..., ties = \"breslow\")$rscore",
  recurrent(Surv(tstart, tstop, status) ~ treat, cgd), 10)

# --- The log-rank family: survdiff, and sums written out for what it does not have
survdiff_values <- function(test) {
  total <- function(x) if (is.matrix(x)) rowSums(x) else x
  score <- seq_along(total(test$obs))
  u <- sum(score * (total(test$obs) - total(test$exp)))
  v <- drop(score %*% test$var %*% score)
  list(observed = items(total(test$obs)), expected = items(total(test$exp)), variance = test$var,
    chi_squared = test$chisq, trend = u^2 / v)
}
for (rho in c(0, 0.5, 1)) {
  add(paste0("survdiff_cell_", rho), "survival_veteran", paste0("survdiff(Surv(time, status) ~ celltype, rho = ", rho, ")"),
    survdiff_values(survdiff(Surv(time, status) ~ celltype, veteran, rho = rho)), 10)
  add(paste0("survdiff_trt_strata_", rho), "survival_veteran",
    paste0("survdiff(Surv(time, status) ~ trt + strata(celltype), rho = ", rho, ")"),
    survdiff_values(survdiff(Surv(time, status) ~ trt + strata(celltype), veteran, rho = rho)), 10)
}
weighted_rank <- function(entry, time, status, group, weight) {
  group <- factor(group)
  o <- e <- rep(0, nlevels(group))
  v <- matrix(0, nlevels(group), nlevels(group))
  s <- 1
  for (t in sort(unique(time[status == 1]))) {
    risk <- entry < t & time >= t
    n <- as.vector(table(group[risk]))
    d <- as.vector(table(group[time == t & status == 1]))
    w <- weight(s, sum(n))
    o <- o + w * d
    e <- e + w * sum(d) * n / sum(n)
    if (sum(n) > 1) {
      p <- n / sum(n)
      v <- v + w^2 * sum(d) * (sum(n) - sum(d)) / (sum(n) - 1) * (diag(p) - p %o% p)
    }
    s <- s * (1 - sum(d) / sum(n))
  }
  k <- seq_len(nlevels(group) - 1)
  list(observed = items(o), expected = items(e), variance = v, chi_squared = drop((o - e)[k] %*% solve(v[k, k], (o - e)[k])))
}
families <- list(
  gehan = function(s, n) n, tarone_ware = function(s, n) sqrt(n), fh_0_1 = function(s, n) 1 - s,
  fh_1_1 = function(s, n) s * (1 - s), fh_05_2 = function(s, n) sqrt(s) * (1 - s)^2)
for (name in names(families)) {
  add(paste0("rank_", name), "survival_veteran", "the sums of observed and expected events, written out in this file",
    with(veteran, weighted_rank(rep(-1, nrow(veteran)), time, status, celltype, families[[name]])), 10)
}
settled <- aeqSurv(Surv(late$age, late$exit_age, late$death))
add("rank_late", "survival_mgus2", "the same sums with delayed entry, times settled by aeqSurv",
  weighted_rank(settled[, 1], settled[, 2], settled[, 3], late$sex, function(s, n) 1), 10,
  prepare = "exit_age = age + futime / 12; rows with futime > 0")

# --- Concordance
agreement <- function(fit) {
  count <- if (is.matrix(fit$count)) colSums(fit$count) else fit$count
  list(estimate = fit$concordance, std_err = sqrt(fit$var), count = items(count))
}
for (weight in c("n", "S", "S/G", "n/G2", "I")) {
  add(paste0("concordance_lung_", weight), "survival_lung",
    paste0("concordance(Surv(time, status) ~ age, timewt = \"", weight, "\")"),
    agreement(concordance(Surv(time, status) ~ age, lung, timewt = weight)), 10)
}
add("concordance_lung_tau", "survival_lung", "concordance(Surv(time, status) ~ age, timewt = \"n/G2\", ymax = 500)",
  agreement(concordance(Surv(time, status) ~ age, lung, timewt = "n/G2", ymax = 500)), 10)
add("concordance_lung_reverse", "survival_lung", "concordance(Surv(time, status) ~ ph_ecog, reverse = TRUE)",
  agreement(concordance(Surv(time, status) ~ ph_ecog, lung, reverse = TRUE)), 10)
add("concordance_lung_weighted", "survival_lung", "concordance(Surv(time, status) ~ age, weights = w2, timewt = \"S\")",
  agreement(concordance(Surv(time, status) ~ age, transform(lung, w2 = meal_cal / 1000), weights = w2, timewt = "S")), 10,
  prepare = "w2 = meal_cal / 1000, rows without it left out")
add("concordance_veteran_strata", "survival_veteran", "concordance(Surv(time, status) ~ karno + strata(celltype))",
  agreement(concordance(Surv(time, status) ~ karno + strata(celltype), veteran)), 10)
add("concordance_veteran_strata_S", "survival_veteran", "concordance(Surv(time, status) ~ karno + strata(celltype), timewt = \"S\")",
  agreement(concordance(Surv(time, status) ~ karno + strata(celltype), veteran, timewt = "S")), 10)
add("concordance_late", "survival_mgus2", "concordance(Surv(age, exit_age, death) ~ hgb)",
  agreement(concordance(Surv(age, exit_age, death) ~ hgb, late)), 10, prepare = "exit_age = age + futime / 12; rows with futime > 0")
add("concordance_cluster", "survival_bladder", "concordance(Surv(stop, event) ~ size, cluster = id)",
  agreement(concordance(Surv(stop, event) ~ size, bladder, cluster = id)), 10)

write_fixture("survival_curves.json", "survival_curves.R", c("survival", "cmprsk"), cases,
  "Relative digits as each case says; null where R has NA or NaN.")
