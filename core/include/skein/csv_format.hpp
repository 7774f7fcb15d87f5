/// How the rows of text files become samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace skein {

/// Rows that could not be read, and were left out.
struct SkippedRows {
    static constexpr std::size_t kMostNamed = 10;

    std::uint64_t count = 0;
    std::vector<std::string>
        first;  ///< at most kMostNamed, as errors name them: "row 5, column 2: 'NA' is not a number"
};

struct CsvFormat {
    /// The columns of x, y and, if there are three, of the sample weight m: names in the first line, or numbers from 1.
    /// Empty: the file has the columns x,y or x,y,m and no others.
    std::vector<std::string> columns = {};
    /// Null: rows that cannot be read are an error. Else they are left out and added here; the object must outlive the
    /// reader.
    SkippedRows* skipped = nullptr;
};

}  // namespace skein
