package sbom

import (
	"slices"
	"strings"
	"testing"
)

// TestInventoriesRefuse gives each format what looks like it and is broken.
func TestInventoriesRefuse(t *testing.T) {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for name, test := range map[string]struct {
		format Format
		text   string
		want   string
	}{
		"a key twice":       {aws(), `{"Volumes":[{"VolumeId":"vol-01234567","volumeid":"x"}]}`, "differ only in case"},
		"too deep":          {azure(), `{"value":[{"id":"/subscriptions/1","type":"Microsoft.A/b","x":` + deep + `}]}`, "nesting deeper"},
		"two documents":     {terraform(), `{"version":4,"terraform_version":"1"} {}`, "more follows"},
		"an old state":      {terraform(), `{"version":2,"terraform_version":"0.6"}`, "versions 3 and 4 are read"},
		"no object":         {kubernetes(), `["a"]`, "expected an object"},
		"no device type":    {deviceType(), "manufacturer:\nmodel:\n", "no device type"},
		"broken YAML":       {deviceType(), "manufacturer: a\nmodel: [b\nslug: c\n", "line "},
		"a key twice, YAML": {deviceType(), "\n---\nmanufacturer: a\nmodel: b\nmodel: c\n", "line 5: mapping key \"model\" already defined at line 4"},
		"a string":          {gcp(), `"compute#instance"`, "neither"},
		"a number":          {netbox(), `7`, "neither"},
	} {
		got := readInput(t, textInput("any", test.text), Options{Formats: []Format{test.format}, Format: test.format.Name})
		if !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: %q, expected %q", name, got.Error, test.want)
		}
	}
}

func TestHostsAndAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"db.example.com": true, "db.example.com:3306": true, "https://a.b/c": true, "10.0.0.1": true, "10.0.0.1:80": true, "::1": true, "*.apps.example.com": true,
		"": false, "plain": false, "a sentence. With words": false, "arn:aws:s3:::b": false, strings.Repeat("a.", 400): false,
	} {
		if isEndpoint(text) != want {
			t.Errorf("%.40q: %v", text, !want)
		}
	}
}

func TestContainerImages(t *testing.T) {
	for reference, want := range map[string]string{
		"nginx":                          "nginx  pkg:docker/nginx",
		"nginx:1.25":                     "nginx 1.25 pkg:docker/nginx@1.25",
		"acme/tool:2":                    "tool 2 pkg:docker/acme/tool@2",
		"reg.example.com:5000/a/b/c:1":   "c 1 pkg:docker/a/b/c@1?repository_url=reg.example.com%3A5000",
		"reg.example.com/c@sha256:00aa":  "c sha256:00aa pkg:docker/c@sha256%3A00aa?repository_url=reg.example.com pkg:oci/c@sha256%3A00aa?repository_url=reg.example.com%2Fc",
		"reg.example.com/c:1@sha256:00a": "c 1 pkg:docker/c@1?repository_url=reg.example.com pkg:oci/c@sha256%3A00a?repository_url=reg.example.com%2Fc&tag=1",
	} {
		c := containerImage(reference, "", "")
		got := c.Name + " " + c.Version
		for _, id := range c.Identifiers {
			got += " " + id.Value
		}
		if got != want || c.Hashed != strings.Contains(reference, "@") {
			t.Errorf("%s: %q, expected %q", reference, got, want)
		}
	}
}

// TestCloudWords checks cloud.yaml: fields are written as they are looked up.
func TestCloudWords(t *testing.T) {
	words, err := loadCloudWords()
	if err != nil {
		t.Fatal(err)
	}
	f := words.Fields
	for _, list := range [][]string{f.Version, f.Order, f.Endpoint, f.Within, f.Public, f.Private, f.Address, f.Exposure, f.Guarded, f.Containers} {
		for _, field := range list {
			if field != plainField(field) || field == "" {
				t.Errorf("field %q is never found: write %q", field, plainField(field))
			}
		}
	}
	for said, means := range f.Meaning {
		field, word, _ := strings.Cut(said, " ")
		if !slices.Contains(append(slices.Clone(f.Exposure), f.Guarded...), field) || word != plainField(word) || means != "yes" && means != "no" {
			t.Errorf("%q: %q means nothing", said, means)
		}
	}
	for _, line := range words.AWS.Lists {
		if line.Key == "" || line.Type == "" || line.ID == "" {
			t.Errorf("incomplete: %+v", line)
		}
	}
}
