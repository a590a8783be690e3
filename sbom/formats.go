package sbom

// Formats lists every inventory format that netvet reads. Detection, help and
// the errors that name what was expected all come from this table.
func Formats() []Format {
	return []Format{
		dsseFormat(), // before what its payload may be
		cyclonedxJSON(),
		cyclonedxXML(),
		spdxJSON(),
		spdxTagValue(),
		spdx3JSON(),
		spdxYAML(),
		spdxRDF(),
		spdxXML(),
		syftJSON(),
		redfishTree(),
		redfishJSON(),
		oneviewFormat(),
		dmidecodeFormat(),
		lshwJSON(),
		lshwXML(),
		ansibleFormat(),
		facterFormat(),
		glpiJSON(),
		glpiXML(),
		inxiFormat(),
		deviceType(),
		netbox(),
		aws(),
		azure(),
		gcp(),
		terraform(),
		kubernetes(),
		librenmsFormat(),
		snmprecFormat(),
		snmpwalkFormat(),
		napalmFormat(),
		showCommandsFormat(),
		nmapXML(),
		zeekLog(),
		mudJSON(),
		csafJSON(),
		openVEX(),
		xlsxFormat(),
		csvFormat(),
		jsonRowsFormat(),
	}
}
