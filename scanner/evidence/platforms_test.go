package evidence

import "testing"

func TestPlatformsFit(t *testing.T) {
	for _, c := range []struct {
		supplier, model string
		platforms       []string
		want            fit
	}{
		{"juniper", "SRX340", []string{"SRX Series"}, fitOurs},
		{"juniper", "Juniper SRX340", []string{"MX Series with SPC3", "SRX Series"}, fitOurs},
		{"juniper", "srx5400", []string{"SRX 5000 Series"}, fitOurs},
		{"juniper", "SRX340", []string{"SRX5000 Series", "SRX 4600"}, fitTheirs},
		{"juniper", "SRX340", []string{"SRX300 Series"}, fitOurs},
		{"juniper", "QFX5100-48S-6Q", []string{"QFX5k"}, fitOurs},
		{"juniper", "QFX10002-36Q", []string{"QFX5000 Series"}, fitTheirs},
		{"juniper", "EX4300-48MP", []string{"EX4300"}, fitOurs},
		{"juniper", "EX4300-48MP", []string{"EX4100", "EX4400", "MX304"}, fitTheirs},
		{"juniper", "MX480", []string{"MX with MPC10/11/LC9600"}, fitOpen},
		{"juniper", "vSRX3", []string{"SRX Series"}, fitOpen},
		{"juniper", "MX480", []string{"cRPD"}, fitTheirs},
		{"cisco", "NCS-5504", []string{"ASR 9000 Series Aggregation Services Routers"}, fitTheirs},
		{"cisco", "ASR 9912", []string{"ASR 9000 Series Aggregation Services Routers"}, fitOurs},
		{"cisco", "ISR4321/K9", []string{"Wireless LAN Controllers"}, fitOpen},
		{"palo-alto-networks", "PA-440", []string{"Panorama"}, fitOpen},
	} {
		device, ok := deviceCode([]string{c.supplier}, c.model)
		if !ok {
			t.Errorf("%s is no model of %s", c.model, c.supplier)
			continue
		}
		if got := platformsFit(c.platforms, device); got != c.want {
			t.Errorf("platformsFit(%v, %s) = %d, want %d", c.platforms, c.model, got, c.want)
		}
	}
	if c, ok := deviceCode([]string{"juniper"}, "core-switch 12"); ok {
		t.Errorf("a name is read as the model %v", c)
	}
}

func TestNumbered(t *testing.T) {
	ran, ok := systemOf([]string{"cisco"}, []string{"Cisco IOS Software, IOS-XE Software"}, nil)
	if !ok {
		t.Fatal("IOS XE is not found")
	}
	for stated, want := range map[string]string{"15.3(2)S1": "3.9.1S", "15.2(2)E": "3.6.0E", "15.3(2)S0a": "3.9.0aS", "17.6.4": "17.6.4", "15.9(9)Z": "15.9(9)Z"} {
		if got := ran.numbered(stated); got != want {
			t.Errorf("numbered(%s) = %s, want %s", stated, got, want)
		}
	}
}
