#include "CRowKernels.h"

#include <math.h>
#include <string.h>

// The bodies are written once, for vectors of `LANES` doubles, and compiled for each instruction set by
// including them under another name.

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#define LANES 2
#define TILE 3
#define NAME(x) JOIN(x, _plain)
#define TARGET
#include "Kernels.inc"
#undef LANES
#undef TILE
#undef NAME
#undef TARGET

#if defined(__x86_64__)

#define LANES 4
#define TILE 3
#define NAME(x) JOIN(x, _avx2)
#define TARGET __attribute__((target("avx2,fma")))
#include "Kernels.inc"
#undef LANES
#undef TILE
#undef NAME
#undef TARGET

#define LANES 8
#define TILE 4
#define NAME(x) JOIN(x, _avx512)
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#include "Kernels.inc"
#undef LANES
#undef TILE
#undef NAME
#undef TARGET

int32_t tandem_rows_level(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
      && __builtin_cpu_supports("avx512vl")) {
    return TANDEM_ROWS_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return TANDEM_ROWS_AVX2;
  return TANDEM_ROWS_PLAIN;
}

#else

int32_t tandem_rows_level(void) { return TANDEM_ROWS_PLAIN; }

#endif

// The best form of a function for this processor.
#if defined(__x86_64__)
#define CHOOSE(name, ...)                                                                           \
  do {                                                                                              \
    if (level == TANDEM_ROWS_AVX512) {                                                              \
      name##_avx512(__VA_ARGS__);                                                                   \
    } else if (level == TANDEM_ROWS_AVX2) {                                                         \
      name##_avx2(__VA_ARGS__);                                                                     \
    } else {                                                                                        \
      name##_plain(__VA_ARGS__);                                                                    \
    }                                                                                               \
  } while (0)
#else
#define CHOOSE(name, ...) name##_plain(__VA_ARGS__)
#endif

void tandem_cross_product(
  int32_t level, size_t rows, size_t columns, const double *x, size_t stride, const double *weights,
  double *product) {
  CHOOSE(cross_product, rows, columns, x, stride, weights, product);
}

void tandem_logistic_rows(
  int32_t level, size_t rows, const double *response, const double *predictor, double *information,
  double *score, tandem_logistic_sums *sums) {
  CHOOSE(logistic_rows, rows, response, predictor, information, score, sums);
}

void tandem_poisson_rows(
  int32_t level, size_t rows, const double *response, const double *predictor, double *information,
  double *score, tandem_poisson_sums *sums) {
  CHOOSE(poisson_rows, rows, response, predictor, information, score, sums);
}

double tandem_shifted_sum(int32_t level, size_t rows, const double *x, double shift) {
  double sum = 0;
  CHOOSE(shifted_sum, rows, x, shift, &sum);
  return sum;
}

void tandem_exponentials(int32_t level, size_t rows, double *x) {
  CHOOSE(exponentials, rows, x);
}

void tandem_person_sums(
  int32_t level, size_t people, const size_t *starts, size_t rows, size_t width, const double *random,
  size_t columns, const double *mean, const double *weights, double *scratch, double *lanes) {
  CHOOSE(person_sums, people, starts, rows, width, random, columns, mean, weights, scratch, lanes);
}

void tandem_person_criterion(
  int32_t level, size_t octets, size_t width, size_t columns, const double *lanes, const double *factor,
  double *scratch, double *determinants) {
  CHOOSE(person_criterion, octets, width, columns, lanes, factor, scratch, determinants);
}

void tandem_person_derivatives(
  int32_t level, size_t octets, size_t width, size_t columns, const double *lanes, const double *factor,
  const double *beta, const double *inverse_root, int32_t slopes, double *scratch, double *sums) {
  CHOOSE(person_derivatives, octets, width, columns, lanes, factor, beta, inverse_root, slopes, scratch, sums);
}
