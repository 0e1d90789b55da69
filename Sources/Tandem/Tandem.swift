@_exported import CohortTables
@_exported import Distributions
@_exported import Estimation
@_exported import Figures
@_exported import LinearAlgebra
@_exported import Outcomes
@_exported import Reporting

/// The version of the library and the command line.
public let tandemVersion = "0.1.0"
