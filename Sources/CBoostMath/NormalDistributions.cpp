#include "CBoostMath.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

// After the distributions: its templates name their accessors by qualified name.
#include "Evaluation.hpp"

namespace {

using normal_law = boost::math::normal_distribution<long double, Policy>;
using students_t_law = boost::math::students_t_distribution<long double, Policy>;

}  // namespace

double boostmath_normal_density(double x, double mean, double standard_deviation) {
  return evaluate::density(normal_law(mean, standard_deviation), x);
}
double boostmath_normal_cumulative(double x, double mean, double standard_deviation) {
  return evaluate::cumulative(normal_law(mean, standard_deviation), x);
}
double boostmath_normal_upper_tail(double x, double mean, double standard_deviation) {
  return evaluate::upper_tail(normal_law(mean, standard_deviation), x);
}
double boostmath_normal_quantile(double p, double mean, double standard_deviation) {
  return evaluate::quantile(normal_law(mean, standard_deviation), p);
}
double boostmath_normal_upper_quantile(double q, double mean, double standard_deviation) {
  return evaluate::upper_quantile(normal_law(mean, standard_deviation), q);
}

double boostmath_student_t_density(double x, double degrees_of_freedom) {
  return evaluate::density(students_t_law(degrees_of_freedom), x);
}
double boostmath_student_t_cumulative(double x, double degrees_of_freedom) {
  return evaluate::cumulative(students_t_law(degrees_of_freedom), x);
}
double boostmath_student_t_upper_tail(double x, double degrees_of_freedom) {
  return evaluate::upper_tail(students_t_law(degrees_of_freedom), x);
}
double boostmath_student_t_quantile(double p, double degrees_of_freedom) {
  return evaluate::quantile(students_t_law(degrees_of_freedom), p);
}
double boostmath_student_t_upper_quantile(double q, double degrees_of_freedom) {
  return evaluate::upper_quantile(students_t_law(degrees_of_freedom), q);
}
