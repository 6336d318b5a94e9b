#include "pki/ossl/certificate.hpp"
