// The former name of console/exit_codes.hpp.
#pragma once

#include "console/exit_codes.hpp"
