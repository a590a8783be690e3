package sbom

import "testing"

func FuzzTerraform(f *testing.F) {
	fuzzFormat(f, terraform(), `{"version":4,"resources":[{"type":"aws_x","instances":[{"attributes_flat":{"id":"1"}}]}]}`, `{"values":{"root_module":{"child_modules":[{"resources":[{"type":"a"}]}]}}}`)
}
