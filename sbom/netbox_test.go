package sbom

import "testing"

func FuzzNetBox(f *testing.F) {
	fuzzFormat(f, netbox(), `{"count":1,"results":[{"url":"/api/dcim/devices/1/","id":1,"name":"a","device_type":{"model":"m","manufacturer":"x"}}]}`, `[{"model":"dcim.device","pk":["a","b"],"fields":{"device_type":["x","y"]}}]`)
}

func FuzzNetBoxCSV(f *testing.F) {
	fuzzFormat(f, netboxCSV(), "Device,Name,Manufacturer,Part ID\n,\"")
}
