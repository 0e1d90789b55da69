#ifndef CBOOSTMATH_H
#define CBOOSTMATH_H

// C face of Boost.Math's distributions, for Swift.
//
// Every function takes and returns doubles, evaluates in long double, throws nothing and sets no
// state. What has no value (an argument outside its domain, a series or root search that did not
// converge) is NaN; overflow is infinity; underflow is 0. `upper_tail` and `upper_quantile` are
// evaluated as such, never as one minus the lower side.

#ifdef __cplusplus
extern "C" {
#endif

double boostmath_normal_density(double x, double mean, double standard_deviation);
double boostmath_normal_cumulative(double x, double mean, double standard_deviation);
double boostmath_normal_upper_tail(double x, double mean, double standard_deviation);
double boostmath_normal_quantile(double p, double mean, double standard_deviation);
double boostmath_normal_upper_quantile(double q, double mean, double standard_deviation);

double boostmath_student_t_density(double x, double degrees_of_freedom);
double boostmath_student_t_cumulative(double x, double degrees_of_freedom);
double boostmath_student_t_upper_tail(double x, double degrees_of_freedom);
double boostmath_student_t_quantile(double p, double degrees_of_freedom);
double boostmath_student_t_upper_quantile(double q, double degrees_of_freedom);

double boostmath_f_density(double x, double numerator, double denominator);
double boostmath_f_cumulative(double x, double numerator, double denominator);
double boostmath_f_upper_tail(double x, double numerator, double denominator);
double boostmath_f_quantile(double p, double numerator, double denominator);
double boostmath_f_upper_quantile(double q, double numerator, double denominator);

double boostmath_chi_squared_density(double x, double degrees_of_freedom);
double boostmath_chi_squared_cumulative(double x, double degrees_of_freedom);
double boostmath_chi_squared_upper_tail(double x, double degrees_of_freedom);
double boostmath_chi_squared_quantile(double p, double degrees_of_freedom);
double boostmath_chi_squared_upper_quantile(double q, double degrees_of_freedom);

double boostmath_beta_density(double x, double alpha, double beta);
double boostmath_beta_cumulative(double x, double alpha, double beta);
double boostmath_beta_upper_tail(double x, double alpha, double beta);
double boostmath_beta_quantile(double p, double alpha, double beta);
double boostmath_beta_upper_quantile(double q, double alpha, double beta);

double boostmath_gamma_density(double x, double shape, double scale);
double boostmath_gamma_cumulative(double x, double shape, double scale);
double boostmath_gamma_upper_tail(double x, double shape, double scale);
double boostmath_gamma_quantile(double p, double shape, double scale);
double boostmath_gamma_upper_quantile(double q, double shape, double scale);

double boostmath_binomial_probability(double k, double trials, double probability);
double boostmath_binomial_cumulative(double k, double trials, double probability);
double boostmath_binomial_upper_tail(double k, double trials, double probability);

double boostmath_poisson_probability(double k, double mean);
double boostmath_poisson_cumulative(double k, double mean);
double boostmath_poisson_upper_tail(double k, double mean);

// log(Gamma(x)) for x > 0.
double boostmath_log_gamma(double x);

#ifdef __cplusplus
}
#endif

#endif
