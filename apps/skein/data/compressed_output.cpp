#include "data/compressed_output.hpp"

#include <fmt/core.h>

#include <vector>

#include "cli/output_paths.hpp"
#include "console/exit_codes.hpp"
#include "console/json.hpp"
#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "console/summary_table.hpp"
#include "input/compressed_summary.hpp"
#include "skein/files/compressed_file.hpp"
#include "skein/text.hpp"

namespace skein::app {

namespace fs = std::filesystem;

fs::path check_compressed_output(const Configuration& configuration, std::string_view expected) {
    const std::string_view command = configuration.set_of_options().command;
    if (configuration.words().empty()) {
        throw BadInput(fmt::format("IN is missing: expected {} (see skein {} --help)", expected, command));
    }
    if (!configuration.is_given("out")) {
        throw BadInput(fmt::format("--out is missing (see skein {} --help)", command));
    }
    const fs::path path = configuration.text("out");
    if (!ends_in(path.native(), ".skc")) {
        configuration.fail("out", path.string() + ": expected a name that ends in .skc");
    }
    const std::vector<fs::path> inputs(configuration.words().begin(), configuration.words().end());
    require_output_file(configuration, "out", path, inputs);
    return path;
}

void write_compressed_output(const Configuration& configuration, const CompressedDataset& data, const fs::path& path,
                             std::optional<double> seconds) {
    write_compressed(path, data);
    const std::uintmax_t bytes = fs::file_size(path);
    if (configuration.flag("json")) {
        Json json = compressed_json(data);
        json.update({{"file", path.string()}, {"bytes", bytes}});
        if (seconds) {
            json["seconds"] = *seconds;
        }
        return write_output(json_line(json));
    }
    SummaryTable table(15, 0);
    add_compressed_rows(data, table);
    table.add("file", fmt::format("{}, {} bytes", path.string(), grouped(bytes)));
    if (seconds) {
        table.add("time", compression_time_in_words(*seconds, data.num_samples()));
    }
    write_output(table.text());
}

}  // namespace skein::app
