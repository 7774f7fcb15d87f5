/// From files of options to configurations, whatever the format of the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skein/configuration.hpp"

namespace skein {

/// One value of a file, as the command line would spell it.
struct FileValue {
    std::string text;
    ValueType type;  ///< of the value in the file: flag, count, number, text, numbers or texts
};

/// The value of an array: one or more numbers, or one or more strings; otherwise nothing.
[[nodiscard]] std::optional<FileValue> array_value(const std::vector<std::optional<FileValue>>& parts);

/// Adds what one file says to a configuration. What was given before wins.
class ConfigurationReader {
public:
    /// `path` is what errors call the file.
    ConfigurationReader(Configuration& configuration, std::string path, OptionSource source);

    /// The option of a key, which has '-' or '_'. `place` is what errors call the place of the key: "line 3". Throws
    /// std::invalid_argument, naming the nearest right key, for one that is no option.
    const Option& find(const std::string& key, std::string_view place) const;

    /// Keeps the value. Throws std::invalid_argument, naming file, place and key, if the option does not take its type.
    /// `value` is empty if the file holds something that no option takes, such as a table; `found` names it for the
    /// message.
    void take(const std::string& key, const std::optional<FileValue>& value, std::string_view place,
              std::string_view found);

private:
    Configuration& configuration_;
    std::string path_;
    OptionSource source_;
    Configuration before_;
};

}  // namespace skein
