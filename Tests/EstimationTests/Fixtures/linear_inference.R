# Linear models: row diagnostics, HC4, cluster-robust errors with Satterthwaite df, splines, M-estimation
# -> linear_inference.json. Runs from this folder.
source("common.R")
invisible(Sys.setlocale("LC_COLLATE", "C"))
suppressPackageStartupMessages({
  library(sandwich)
  library(clubSandwich)
  library(MASS)
  library(splines)
})

nist <- jsonlite::fromJSON("nist/Longley.json")
longley <- data.frame(y = nist$y, setNames(as.data.frame(nist$x), paste0("x", 1:6)))
help <- cohort("help_rct")
help$w <- help$pss_fr + 1
btheb <- cohort("btheb_long")
btheb$w <- btheb$bdi_pre
sets <- list(
  longley = longley, sleepstudy = cohort("sleepstudy"), survival_lung = cohort("survival_lung"),
  survival_veteran = cohort("survival_veteran"), help_rct = help, uis_drug_relapse = cohort("uis_drug_relapse"),
  btheb_long = btheb)

# Straight pieces with the slope of each piece as coefficient.
pw <- function(x, ...) {
  k <- c(...)
  pieces <- sapply(seq_along(k)[-1], function(i) pmin(pmax(x - k[i - 1], 0), k[i] - k[i - 1]))
  cbind(pmin(x, k[1]), pieces, pmax(x - k[length(k)], 0))
}

cases <- list()
keep <- function(name, dataset, formula, call, values, weights = NULL, notes = "") {
  prepare <- "rows missing a variable are dropped"
  if (!is.null(weights)) {
    prepare <- paste0(prepare, "; weights w = ", if (dataset == "help_rct") "pss_fr + 1" else "bdi_pre")
  }
  values <- c(list(formula = formula, weighted = !is.null(weights)), values)
  cases[[name]] <<- case(dataset, call, values, 10, prepare, notes)
}
fit_lm <- function(dataset, formula, weights) {
  data <- sets[[dataset]]
  text <- sprintf("lm(%s, data%s)", formula, if (is.null(weights)) "" else ", weights = w")
  list(fit = eval(parse(text = text), list2env(list(data = data), parent = globalenv())), text = text, data = data)
}

# (a) row diagnostics and HC4
diagnose <- function(name, dataset, formula, weights = NULL) {
  f <- fit_lm(dataset, formula, weights)
  fit <- f$fit
  keep(paste0("rows_", name), dataset, formula, f$text, weights = weights, list(
    hat = items(hatvalues(fit)), rstandard = items(rstandard(fit)), rstudent = items(rstudent(fit)),
    cooks = items(cooks.distance(fit)), hc4 = items(sqrt(diag(vcovHC(fit, type = "HC4"))))))
}
diagnose("longley", "longley", "y ~ x1 + x2 + x3 + x4 + x5 + x6")
diagnose("sleepstudy", "sleepstudy", "reaction ~ days")
diagnose("lung", "survival_lung", "wt_loss ~ age + sex + ph_karno")
diagnose("veteran", "survival_veteran", "log(time) ~ karno + age + celltype")
diagnose("help", "help_rct", "cesd ~ age + substance + homeless + i1", "w")
diagnose("uis", "uis_drug_relapse", "beck ~ age + iv3 + site + ndt")
diagnose("btheb", "btheb_long", "bdi ~ month * treatment + bdi_pre")

# (b) cluster-robust errors
clustered <- function(name, dataset, formula, cluster, weights = NULL, types = c("CR0", "CR1", "CR2", "CR3"), notes = "") {
  f <- fit_lm(dataset, formula, weights)
  used <- f$data[as.integer(rownames(model.frame(f$fit))), ]
  stopifnot(!anyNA(used[[cluster]]))
  values <- lapply(setNames(types, types), function(type) {
    v <- vcovCR(f$fit, cluster = used[[cluster]], type = type)
    test <- coef_test(f$fit, vcov = v, test = "Satterthwaite")
    list(std_err = items(test$SE), df = items(test$df_Satt), p = items(test$p_Satt))
  })
  keep(paste0("cluster_", name), dataset, formula, paste0("coef_test(", f$text, ", vcovCR(type), test = \"Satterthwaite\")"),
    weights = weights, c(list(cluster = cluster, clusters = length(unique(used[[cluster]]))), values), notes = notes)
}
lung <- sets$survival_lung
# Rows without a cluster cannot be used.
sets$survival_lung <- subset(lung, !is.na(inst))
rownames(sets$survival_lung) <- NULL
clustered("sleepstudy", "sleepstudy", "reaction ~ days", "subject")
clustered("sleepstudy_fixed", "sleepstudy", "reaction ~ days + factor(subject)", "subject", types = c("CR0", "CR1", "CR2"),
  notes = "every cluster determines its own constant: the generalised inverse; CR3 is not defined in clubSandwich")
clustered("btheb", "btheb_long", "bdi ~ month * treatment + bdi_pre + drug", "subject")
clustered("btheb_weighted", "btheb_long", "bdi ~ month * treatment + drug", "subject", "w")
clustered("lung", "survival_lung", "wt_loss ~ age + sex + ph_karno", "inst")
clustered("veteran", "survival_veteran", "log(time) ~ karno + age", "celltype")
clustered("help", "help_rct", "cesd ~ age + substance + homeless", "racegrp")
clustered("help_weighted", "help_rct", "cesd ~ age + substance + homeless", "hospitalizations", "w")
clustered("uis", "uis_drug_relapse", "beck ~ age + iv3 + site", "ndt")
clustered("uis_people", "uis_drug_relapse", "beck ~ age + iv3 + site", "id")
sets$survival_lung <- lung

# (c) splines
splined <- function(name, dataset, formula, column, at) {
  f <- fit_lm(dataset, formula, NULL)
  s <- summary(f$fit)$coefficients
  used <- get_all_vars(formula(f$fit), f$data)
  used <- used[complete.cases(used), , drop = FALSE]
  grid <- as.data.frame(lapply(used[-1], function(x) rep(mean(x), length(at))))
  grid[[column]] <- at
  predicted <- suppressWarnings(predict(f$fit, grid, se.fit = TRUE))
  keep(paste0("spline_", name), dataset, formula, f$text, list(
    estimate = items(coef(f$fit)), std_err = items(s[, 2]), column = column, at = items(at),
    predicted = items(predicted$fit), predicted_std_err = items(predicted$se.fit)))
}
splined("sleepstudy_ns", "sleepstudy", "reaction ~ ns(days, 3)", "days", c(0, 2.5, 9, 11, -1))
splined("sleepstudy_bs", "sleepstudy", "reaction ~ bs(days, 5)", "days", c(0, 2.5, 9, 9.5, -0.5))
splined("sleepstudy_ns_one", "sleepstudy", "reaction ~ ns(days, 1)", "days", c(0, 4, 12))
splined("longley_ns_two", "longley", "y ~ ns(x1, 2)", "x1", c(85, 100, 120))
splined("lung_bs", "survival_lung", "wt_loss ~ bs(age, 4) + sex", "age", c(45, 60, 80, 90))
splined("lung_ns", "survival_lung", "wt_loss ~ ns(age, 4) + ns(ph_karno, 1)", "age", c(35, 60, 80, 90))
splined("veteran_ns", "survival_veteran", "log(time) ~ ns(karno, 3) * trt", "karno", c(5, 30, 75, 100))
splined("help_ns", "help_rct", "cesd ~ ns(age, 5) + bs(mcs, 6)", "mcs", c(10, 25, 50))
splined("uis_bs", "uis_drug_relapse", "beck ~ bs(age, 3) + ns(len_t, 4)", "len_t", c(10, 100, 300))
splined("btheb_pw", "btheb_long", "bdi ~ pw(month, 3, 5) + ns(bdi_pre, 3)", "month", c(0, 3, 4, 8, 10))
splined("help_pw", "help_rct", "cesd ~ pw(age, 25, 35, 45) + pcs", "age", c(20, 30, 60))

# (d) M-estimation, iterated until the residuals stand still
robustly <- function(name, dataset, formula, weights = NULL) {
  data <- sets[[dataset]]
  values <- list()
  for (psi in c("huber", "bisquare")) {
    text <- sprintf("rlm(%s, data%s, psi = psi.%s, acc = 1e-14, maxit = 2000)", formula,
      if (is.null(weights)) "" else ", weights = w", psi)
    fit <- suppressWarnings(eval(parse(text = text), list2env(list(data = data), parent = globalenv())))
    s <- summary(fit)
    values[[psi]] <- list(
      estimate = items(s$coefficients[, 1]), std_err = items(s$coefficients[, 2]), scale = fit$s,
      steps = length(fit$conv))
  }
  keep(paste0("robust_", name), dataset, formula, text, weights = weights, values)
}
robustly("longley", "longley", "y ~ x1 + x2 + x3")
robustly("sleepstudy", "sleepstudy", "reaction ~ days")
robustly("lung", "survival_lung", "wt_loss ~ age + sex + ph_karno")
robustly("veteran", "survival_veteran", "log(time) ~ karno + age + celltype")
robustly("help", "help_rct", "cesd ~ age + substance + homeless + i1")
robustly("help_weighted", "help_rct", "cesd ~ age + substance + homeless + i1", "w")
robustly("uis", "uis_drug_relapse", "beck ~ age + iv3 + site + ndt")
robustly("btheb", "btheb_long", "bdi ~ month * treatment + bdi_pre")

write_fixture(
  "linear_inference.json", "linear_inference.R", c("sandwich", "clubSandwich", "MASS"), cases,
  paste(
    "Data in data/ and nist/. Cluster-robust errors: clubSandwich's default working model, independence with",
    "equal variance, also with weights. rlm is iterated to 1e-14 (its default stops at 1e-4)."))
