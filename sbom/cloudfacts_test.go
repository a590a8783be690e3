package sbom

import (
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

func TestRegionsAndTheirOperators(t *testing.T) {
	words, err := loadCloudWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ provider, region, country, operator string }{
		{amazonWebServices, "eu-central-1", "DE", ""},
		{amazonWebServices, "eu-central-1b", "DE", ""},
		{amazonWebServices, "cn-northwest-1", "CN", "Ningxia Western Cloud Data Technology"},
		{amazonWebServices, "cn-north-1a", "CN", "Beijing Sinnet Technology"},
		{amazonWebServices, "us-gov-west-1", "US", ""},
		{amazonWebServices, "xx-nowhere-9", "", ""},
		{microsoftAzure, "West Europe", "NL", ""},
		{microsoftAzure, "chinaeast2", "CN", "Shanghai Blue Cloud Technology (21Vianet)"},
		{googleCloud, "europe-west6-a", "CH", ""},
		{googleCloud, "eu", "", ""},
	} {
		country, operator := words.country(test.provider, test.region), words.operator(test.provider, test.region)
		if country != test.country || operator != test.operator {
			t.Errorf("%s %s: %q, %q", test.provider, test.region, country, operator)
		}
	}
	seen := make(map[string]string)
	for _, r := range words.Regions {
		for country, regions := range r.Countries {
			for _, region := range regions {
				if other := seen[r.Provider+region]; other != "" || len(country) != 2 {
					t.Errorf("%s %s is in %q and %q", r.Provider, region, country, other)
				}
				seen[r.Provider+region] = country
			}
		}
	}
}

func TestWhoHoldsTheKeyAndWhoGetsIn(t *testing.T) {
	words, err := loadCloudWords()
	if err != nil {
		t.Fatal(err)
	}
	e := &cloudEmitter{words: words}
	for _, test := range []struct{ kind, text, data, ways string }{
		{"AWS::RDS::DBInstance", `{"StorageEncrypted": true, "KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"}`, "at-rest:encrypted with a key of the customer in the provider's key service", ""},
		{"AWS::RDS::DBInstance", `{"StorageEncrypted": true}`, "at-rest:encrypted, the holder of the key not stated", ""},
		{"AWS::EC2::Volume", `{"Encrypted": false}`, "at-rest:not encrypted", ""},
		{"aws_s3_bucket", `{"server_side_encryption_configuration": [{"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]}]}`, "at-rest:encrypted with a key of the provider", ""},
		{"aws_dynamodb_table", `{"server_side_encryption": [{"kms_key_arn": "arn:aws:kms:eu-west-1:1:alias/aws/dynamodb"}]}`, "at-rest:encrypted with a key of the provider", ""},
		{"storage#bucket", `{"encryption": {"defaultKmsKeyName": "projects/p/locations/eu/keyRings/r/cryptoKeys/k"}}`, "at-rest:encrypted with a key of the customer in the provider's key service", ""},
		{"Microsoft.Storage/storageAccounts", `{"encryption": {"keySource": "Microsoft.Keyvault"}}`, "at-rest:encrypted with a key of the customer in the provider's key service", ""},
		{"Microsoft.Storage/storageAccounts", `{}`, "at-rest:encryption not stated", ""},
		{"Microsoft.Compute/virtualMachines", `{"diagnosticsProfile": {"bootDiagnostics": {"enabled": true}}, "osProfile": {"linuxConfiguration": {"provisionVMAgent": true}}}`, "", "serial console, virtual machine agent"},
		{"compute#instance", `{"metadata": {"items": [{"key": "serial-port-enable", "value": "TRUE"}]}}`, "", "serial console"},
		{"google_compute_instance", `{"metadata": {"serial-port-enable": "0"}}`, "", ""},
		{"Microsoft.Network/bastionHosts", `{}`, "", "Azure Bastion"},
		{"aws_ecs_service", `{"enable_execute_command": true}`, "", "execute command"},
	} {
		item := &cloudItem{product: netvet.Product{Model: test.kind}, seen: []cloudSeen{{parseJSON(test.text, Options{}.withDefaults()), ""}}}
		var ways []string
		for _, s := range e.ways(item) {
			ways = append(ways, strings.TrimPrefix(s.Name, "remote management: "))
		}
		if data := strings.Join(e.kept(item), " "); data != test.data || strings.Join(ways, ", ") != test.ways {
			t.Errorf("%s %s: %q, %q", test.kind, test.text, data, ways)
		}
	}
	for _, list := range [][]string{words.Facts.Stores, words.Facts.Keys, words.Facts.Encrypted, words.Facts.Within} {
		if i := slices.IndexFunc(list, func(field string) bool { return field != plainField(field) }); i >= 0 {
			t.Errorf("%q is never found", list[i])
		}
	}
}

func TestAWSListsByTheirNames(t *testing.T) {
	for text, want := range map[string]string{
		`{"FpgaImages": [{"FpgaImageId": "afi-0d123e123bfc85abc", "Name": "mine", "OwnerId": "123456789012"}]}`: "FpgaImage mine",
		`{"clusterArns": ["arn:aws-cn:ecs:cn-north-1:123456789012:cluster/shop"]}`:                              "ecs:cluster shop",
		`{"IdentityProviders": [{"ProviderName": "x", "AccountId": "123456789012"}]}`:                           "",
		`{"Events": [{"Message": "restarted", "SourceArn": "arn:aws:rds:eu-west-1:123456789012:db:a"}]}`:        "",
		`{"Products": [{"ProductId": "7", "ProductName": "Chair"}]}`:                                            "",
	} {
		got := ""
		if aws().Detect(Sample{Name: "x.json", Head: []byte(text)}) > 0 {
			for _, p := range readInput(t, textInput("x.json", text), Options{Formats: []Format{aws()}}).Products {
				got += p.Product.Model + " " + p.Product.Name
			}
		}
		if got != want {
			t.Errorf("%s: %q, expected %q", text, got, want)
		}
	}
}
