# Shared by the generators beside it: reading the data, and JSON with doubles that read back exactly.
# Every generator runs from this folder: `Rscript survival.R` writes survival.json.

cohort <- function(name) read.csv(file.path("data", paste0(name, ".csv")))

# An array even when it has one element.
items <- function(x) structure(list(x = unname(x)), class = "json_items")

# A data frame as columns, each an array.
columns <- function(frame) lapply(as.list(frame), items)

# A data frame as an array of objects.
records <- function(frame) {
  lapply(seq_len(nrow(frame)), function(i) lapply(as.list(frame), function(column) column[[i]]))
}

number <- function(x) {
  if (is.na(x) || !is.finite(x)) return("null")
  for (digits in 15:17) {
    text <- formatC(x, digits = digits, width = -1, format = "g")
    if (as.numeric(text) == x) return(text)
  }
  stop("no decimal form reads back as ", x)
}

text <- function(x) {
  if (is.na(x)) return("null")
  x <- gsub("\\", "\\\\", x, fixed = TRUE)
  x <- gsub("\"", "\\\"", x, fixed = TRUE)
  paste0("\"", gsub("\n", "\\n", x, fixed = TRUE), "\"")
}

scalar <- function(x) {
  if (is.logical(x)) return(if (is.na(x)) "null" else if (x) "true" else "false")
  if (is.numeric(x)) number(x) else text(as.character(x))
}

json <- function(x, indent = "") {
  deeper <- paste0(indent, " ")
  if (is.null(x)) return("null")
  if (inherits(x, "json_items")) {
    return(paste0("[", paste(vapply(as.list(x$x), scalar, ""), collapse = ", "), "]"))
  }
  if (is.matrix(x)) {
    rows <- lapply(seq_len(nrow(x)), function(i) json(items(x[i, ])))
    return(paste0("[", paste(unlist(rows), collapse = ", "), "]"))
  }
  if (is.list(x)) {
    if (length(x) == 0) return(if (is.null(names(x))) "[]" else "{}")
    inner <- vapply(x, json, "", indent = deeper)
    if (!is.null(names(x))) {
      stopifnot(all(nzchar(names(x))), !anyDuplicated(names(x)))
      inner <- paste0(vapply(names(x), text, ""), ": ", inner)
      return(paste0(
        "{\n", paste0(deeper, inner, collapse = ",\n"), "\n", indent, "}"))
    }
    return(paste0("[\n", paste0(deeper, inner, collapse = ",\n"), "\n", indent, "]"))
  }
  if (length(x) != 1) return(json(items(x)))
  scalar(x)
}

r_version <- function(packages = character()) {
  versions <- vapply(packages, function(p) as.character(packageDescription(p)$Version), "")
  paste(c(
    paste0("R ", R.version$major, ".", R.version$minor),
    paste(packages, versions)[seq_along(packages)]), collapse = ", ")
}

# One case: a data set, the call that gave the values, how many digits can be trusted, the values.
case <- function(dataset, call, values, digits, prepare = "", notes = "") {
  list(
    dataset = dataset, prepare = prepare, call = call, digits = digits, notes = notes,
    values = values)
}

write_fixture <- function(path, generator, packages, cases, notes) {
  fixture <- list(
    provenance = list(
      software = "R", version = r_version(packages), generator = generator,
      date = format(Sys.Date()), notes = notes),
    cases = cases)
  connection <- file(path, open = "wb")
  writeLines(json(fixture), connection, sep = "\n")
  close(connection)
}
