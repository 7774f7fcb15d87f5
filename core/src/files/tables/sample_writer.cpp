#include "skein/files/sample_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base/floating_point_environment.hpp"
#include "files/arrays/npy_header.hpp"
#include "files/io/file_error.hpp"
#include "files/io/output_file.hpp"
#include "files/tables/csv.hpp"
#include "skein/text.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;
using Paths = std::span<const fs::path>;
using files::kTypeOf;

/// Of the header of any .npy file with one or two dimensions: its room is kept until the sizes are known.
constexpr std::size_t kNpyHeaderBytes = 128;
/// Between two calls of start_writeback().
constexpr std::uint64_t kWritebackBytes = 64 << 20;
/// A number with its separator: "-2.2250738585072014e-308,".
constexpr std::size_t kMaxNumberBytes = 25;

void require_paths(Paths paths, std::size_t num_columns) {
    const auto require = [](bool is_right, const auto&... message) {
        if (!is_right) throw std::invalid_argument(to_text("SampleWriter: ", message...));
    };
    require(paths.size() == 1 || paths.size() == 2, paths.size(), " files: expected 1 or 2");
    require(num_columns == 2 || num_columns == files::kMaxColumns, num_columns, " columns: expected 2 or 3");
    require(paths.size() == 1 || num_columns == 2, "two files hold x and y: expected one file for sample weights");
    for (const fs::path& path : paths) {
        require(ends_in(path.native(), ".npy") || (paths.size() == 1 && ends_in(path.native(), ".csv")), "'",
                path.native(), "': expected a name that ends in .npy", paths.size() == 1 ? " or .csv" : "");
    }
}

std::vector<std::size_t> shape_of(Paths paths, std::size_t num_columns, std::uint64_t num_samples) {
    const auto num_rows = static_cast<std::size_t>(num_samples);
    return paths.size() == 2 ? std::vector{num_rows} : std::vector{num_rows, num_columns};
}

void write_number(char*& place, auto value) { place = std::to_chars(place, place + kMaxNumberBytes, value).ptr; }

template <class Scalar>
void encode_csv(const MiniBatch<Scalar>& samples, std::string& text) {
    text.resize(samples.num_samples * files::kMaxColumns * kMaxNumberBytes);
    char* place = text.data();
    for (std::size_t row = 0; row < samples.num_samples; ++row) {
        write_number(place, samples.x[row]);
        *place++ = ',';
        write_number(place, samples.y[row]);
        if (samples.sample_weight != nullptr) {
            *place++ = ',';
            write_number(place, samples.sample_weight[row]);
        }
        *place++ = '\n';
    }
    text.resize(static_cast<std::size_t>(place - text.data()));
}

/// [samples x columns], C order.
template <class Scalar>
void encode_rows(const MiniBatch<Scalar>& samples, std::string& bytes) {
    const Scalar* const columns[] = {samples.x, samples.y, samples.sample_weight};
    const std::size_t num_columns = samples.sample_weight == nullptr ? 2 : 3;
    bytes.resize(samples.num_samples * num_columns * sizeof(Scalar));
    char* place = bytes.data();
    for (std::size_t row = 0; row < samples.num_samples; ++row) {
        for (std::size_t column = 0; column < num_columns; ++column, place += sizeof(Scalar)) {
            std::memcpy(place, columns[column] + row, sizeof(Scalar));
        }
    }
}

template <class Scalar>
void encode_column(const Scalar* column, std::size_t count, std::string& bytes) {
    bytes.resize(count * sizeof(Scalar));
    std::memcpy(bytes.data(), column, bytes.size());
}

}  // namespace

template <class Scalar>
struct SampleWriter<Scalar>::State {
    std::vector<fs::path> paths;
    std::size_t num_columns;
    std::optional<std::uint64_t> wanted_samples;
    std::deque<files::OutputFile> outputs = {};  // one per path
    std::uint64_t num_samples = 0;
    std::uint64_t size_bytes = 0;
    std::uint64_t bytes_since_writeback = 0;

    bool is_csv() const { return ends_in(paths[0].native(), ".csv"); }

    void write(std::size_t file, std::string_view bytes) {
        outputs[file].write(bytes);
        size_bytes += bytes.size();
    }
};

template <class Scalar>
SampleWriter<Scalar>::SampleWriter(Paths paths, std::size_t num_columns, std::optional<std::uint64_t> num_samples,
                                   std::vector<std::string> names) {
    require_paths(paths, num_columns);
    if (names.empty()) names.assign(files::kColumnNames.begin(), files::kColumnNames.begin() + num_columns);
    if (names.size() != num_columns) {
        throw std::invalid_argument(
            to_text("SampleWriter: ", counted(names.size(), "name"), ": expected ", num_columns));
    }
    std::string header;
    for (const std::string& name : names) header += header.empty() ? name : "," + name;
    state_ = std::make_unique<State>(State{{paths.begin(), paths.end()}, num_columns, num_samples});
    for (const fs::path& path : paths) {
        state_->outputs.emplace_back(path);
        if (num_samples && !state_->is_csv()) {
            state_->outputs.back().reserve(
                array_file_bytes(kTypeOf<Scalar>, shape_of(paths, num_columns, *num_samples)));
        }
    }
    for (std::size_t file = 0; file < paths.size(); ++file) {
        // Zeros until finish(): a file that is cut off before is not taken for a .npy file.
        state_->write(file, state_->is_csv() ? header + "\n" : std::string(kNpyHeaderBytes, '\0'));
    }
}

template <class Scalar>
SampleWriter<Scalar>::SampleWriter(SampleWriter&&) noexcept = default;
template <class Scalar>
SampleWriter<Scalar>& SampleWriter<Scalar>::operator=(SampleWriter&&) noexcept = default;
template <class Scalar>
SampleWriter<Scalar>::~SampleWriter() = default;

template <class Scalar>
void SampleWriter<Scalar>::encode(const MiniBatch<Scalar>& samples, EncodedSamples& encoded) const {
    if ((samples.sample_weight != nullptr) != (state_->num_columns == 3)) {
        throw std::invalid_argument(to_text("SampleWriter: samples of ", samples.sample_weight ? 3 : 2,
                                            " columns: expected ", state_->num_columns));
    }
    const FloatingPointEnvironment environment;
    encoded.num_samples = samples.num_samples;
    if (state_->is_csv()) {
        encode_csv(samples, encoded.bytes[0]);
    } else if (state_->outputs.size() == 1) {
        encode_rows(samples, encoded.bytes[0]);
    } else {
        encode_column(samples.x, samples.num_samples, encoded.bytes[0]);
        encode_column(samples.y, samples.num_samples, encoded.bytes[1]);
    }
}

template <class Scalar>
void SampleWriter<Scalar>::append(const EncodedSamples& encoded) {
    const std::uint64_t size_before = state_->size_bytes;
    for (std::size_t file = 0; file < state_->outputs.size(); ++file) state_->write(file, encoded.bytes[file]);
    state_->num_samples += encoded.num_samples;
    state_->bytes_since_writeback += state_->size_bytes - size_before;
    if (state_->bytes_since_writeback >= kWritebackBytes) {
        for (files::OutputFile& output : state_->outputs) output.start_writeback();
        state_->bytes_since_writeback = 0;
    }
}

template <class Scalar>
void SampleWriter<Scalar>::finish() {
    if (state_->num_samples != state_->wanted_samples.value_or(state_->num_samples)) {
        throw std::invalid_argument(
            to_text("SampleWriter: finish() after ", state_->num_samples, " of ", *state_->wanted_samples, " samples"));
    }
    if (!state_->is_csv()) {
        const std::vector<std::size_t> shape = shape_of(state_->paths, state_->num_columns, state_->num_samples);
        const std::string header = files::format_npy_header(kTypeOf<Scalar>, shape);
        if (header.size() != kNpyHeaderBytes) throw std::logic_error("SampleWriter: a header of another size");
        for (files::OutputFile& output : state_->outputs) {
            files::write_at(output.target(), output.descriptor(), 0, std::as_bytes(std::span(header)));
        }
    }
    for (files::OutputFile& output : state_->outputs) output.publish();
}

template <class Scalar>
std::uint64_t SampleWriter<Scalar>::num_samples() const noexcept {
    return state_->num_samples;
}

template <class Scalar>
std::uint64_t SampleWriter<Scalar>::size_bytes() const noexcept {
    return state_->size_bytes;
}

template <class Scalar>
std::optional<std::uint64_t> sample_files_bytes(Paths paths, std::size_t num_columns, std::uint64_t num_samples) {
    require_paths(paths, num_columns);
    if (ends_in(paths[0].native(), ".csv")) return std::nullopt;
    return paths.size() * array_file_bytes(kTypeOf<Scalar>, shape_of(paths, num_columns, num_samples));
}

template <class Scalar>
std::string csv_rows(const MiniBatch<Scalar>& samples) {
    const FloatingPointEnvironment environment;
    std::string text;
    encode_csv(samples, text);
    return text;
}

template class SampleWriter<float>;
template class SampleWriter<double>;
template std::string csv_rows(const MiniBatch<float>&);
template std::string csv_rows(const MiniBatch<double>&);
template std::optional<std::uint64_t> sample_files_bytes<float>(Paths, std::size_t, std::uint64_t);
template std::optional<std::uint64_t> sample_files_bytes<double>(Paths, std::size_t, std::uint64_t);

}  // namespace skein
