#include "skein/files/open_data.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/compressed_file.hpp"
#include "skein/files/data_file.hpp"

namespace skein {

using namespace internal;

template <class Scalar>
TrainingData<Scalar> open_data(const std::string& text, std::string_view where, const OpenOptions& options) {
    if (const std::optional<GeneratedData> settings = parse_generated(text, where)) {
        try {
            return generate<Scalar>(*settings);
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument(to_text(where, ": ", error.what()));
        }
    }
    if (is_compressed_spec(text)) {
        return CompressedData<Scalar>(read_compressed(text), options.tolerance);
    }
    const std::vector<std::filesystem::path> names = split_file_names(text);
    return names.size() == 2 ? open_dataset<Scalar>(names[0], names[1])
                             : open_dataset<Scalar>(names[0], kMaxBytesInMemory, options.csv);
}
template TrainingData<float> open_data(const std::string&, std::string_view, const OpenOptions&);
template TrainingData<double> open_data(const std::string&, std::string_view, const OpenOptions&);

}  // namespace skein
