# Cluster-robust and HC4 errors of generalised linear models: clubSandwich's coef_test on glm, sandwich's vcovHC.
# Writes generalized_clusters.json.
suppressMessages({
  library(clubSandwich); library(sandwich)
})
source("common.R")
options(warn = -1)

sets <- list(
  btheb_long = cohort("btheb_long"), help_rct = cohort("help_rct"), uis_drug_relapse = cohort("uis_drug_relapse"),
  survival_veteran = cohort("survival_veteran"))
sets$btheb_long$mild <- as.numeric(sets$btheb_long$bdi < 14)

cases <- list()
# Started again at its own coefficients, as in generalized.R: R's working weights are those of the last iteration but one.
polish <- glm.control(epsilon = 1e-300, maxit = 5)

clustered <- function(name, dataset, formula, family, cluster, types = c("CR0", "CR1", "CR2", "CR3")) {
  data <- sets[[dataset]]
  data <- data[complete.cases(data[, c(all.vars(formula), cluster)]), ]
  first <- glm(formula, family = family, data = data, control = glm.control(epsilon = 1e-14, maxit = 200))
  fit <- glm(formula, family = family, data = data, control = polish, start = coef(first))
  values <- lapply(setNames(types, types), function(type) {
    test <- coef_test(fit, vcov = vcovCR(fit, cluster = data[[cluster]], type = type), test = "Satterthwaite")
    list(std_err = items(test$SE), df = items(test$df_Satt), p = items(test$p_Satt))
  })
  cases[[name]] <<- list(
    dataset = dataset, call = paste0("glm(", deparse1(formula), ", ", family$family, "(", family$link, ")), clusters ", cluster),
    values = c(list(
      cluster = cluster, clusters = length(unique(data[[cluster]])), estimate = items(coef(fit)),
      HC4 = items(sqrt(diag(vcovHC(fit, type = "HC4"))))), values))
}

clustered("btheb_logit", "btheb_long", mild ~ month * treatment + bdi_pre, binomial(), "subject")
clustered("btheb_poisson", "btheb_long", bdi ~ month + treatment + drug, poisson(), "subject")
clustered("btheb_probit", "btheb_long", mild ~ month + treatment, binomial("probit"), "subject")
clustered("help_poisson", "help_rct", hospitalizations ~ age + substance + homeless, poisson(), "cesd")
clustered("help_few", "help_rct", female ~ cesd + i1, binomial(), "racegrp")
clustered("veteran_gamma", "survival_veteran", time ~ karno + age, Gamma("log"), "celltype")

write_fixture("generalized_clusters.json", "generalized_clusters.R", c("clubSandwich", "sandwich"), cases, paste(
  "Data in data/; mild = bdi < 14 (btheb). clubSandwich's working model for glm is the model's own variance.",
  "Iterations run to epsilon 1e-14 and five more."))
