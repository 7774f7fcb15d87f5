/// Files of skein: the target skein::files.
#pragma once

#include "skein/files/array_file.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/files/colours.hpp"
#include "skein/files/compressed_file.hpp"
#include "skein/files/data_file.hpp"
#include "skein/files/figure.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/npy.hpp"
#include "skein/files/picture.hpp"
#include "skein/files/run_directory.hpp"
#include "skein/files/sample_reader.hpp"
#include "skein/files/sample_writer.hpp"
#include "skein/files/sweep_files.hpp"
