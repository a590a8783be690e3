package sbom

import "flag"

var update = flag.Bool("update", false, "rewrite the golden files and generated workbooks")
