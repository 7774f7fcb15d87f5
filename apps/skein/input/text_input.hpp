// How a command reads its text files: --columns and --skip-bad-rows.
#pragma once

#include <span>
#include <string>

#include "skein/configuration.hpp"
#include "skein/csv_format.hpp"

namespace skein::app {

/// From the two options. Rows that are left out are added to `skipped`, which must outlive the format.
CsvFormat read_csv_format(const Configuration& configuration, SkippedRows& skipped);

/// Throws BadInput if standard input would be read twice.
void require_standard_input_once(std::span<const std::string> specs);

/// The same, and if an option of text files is given and none of the SPECs is one.
void check_text_options(const Configuration& configuration, std::span<const std::string> specs);

/// Says on standard error, unless `quiet`, which rows of `spec` were left out.
void warn_of_skipped_rows(const std::string& spec, const SkippedRows& skipped, bool quiet);

}  // namespace skein::app
