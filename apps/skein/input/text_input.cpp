#include "input/text_input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "console/exit_codes.hpp"
#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "console/text.hpp"
#include "skein/data_spec.hpp"

namespace skein::app {

CsvFormat read_csv_format(const Configuration& configuration, SkippedRows& skipped) {
    CsvFormat format;
    if (configuration.is_given(kColumnsOption.name)) {
        format.columns = configuration.texts(kColumnsOption.name);
    }
    format.skipped = configuration.flag(kSkipBadRowsOption.name) ? &skipped : nullptr;
    return format;
}

void require_standard_input_once(std::span<const std::string> specs) {
    if (std::ranges::count(specs, "-") > 1) {
        throw BadInput("-: standard input can be read once: expected a file in one of the places");
    }
}

void check_text_options(const Configuration& configuration, std::span<const std::string> specs) {
    require_standard_input_once(specs);
    if (std::ranges::any_of(specs, is_text_spec)) {
        return;
    }
    for (const Option& option : {kColumnsOption, kSkipBadRowsOption}) {
        if (configuration.is_given(option.name)) {
            configuration.fail(option.name,
                               fmt::format("has no effect: {} is no text: expected a .csv file, say", joined(specs)));
        }
    }
}

void warn_of_skipped_rows(const std::string& spec, const SkippedRows& skipped, bool quiet) {
    if (quiet || skipped.count == 0) {
        return;
    }
    const bool has_more = skipped.count > skipped.first.size();
    write_warning(fmt::format("{}: {} left out, as --skip-bad-rows asks{}: {}", spec, counted(skipped.count, "row"),
                              has_more ? fmt::format("; the first {}", skipped.first.size()) : "",
                              joined(skipped.first, "; ")));
}

}  // namespace skein::app
