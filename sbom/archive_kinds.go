package sbom

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
)

// archiveKind tells an archive of inputs by its first bytes, or "".
func archiveKind(head []byte) string {
	switch {
	case isZip(head) && !isOffice(head):
		return "zip"
	case isTar(head):
		return "tar"
	}
	return ""
}

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// isOffice tells the documents of office programs, which are ZIP archives, by the
// name of their first entry. What stands elsewhere in the head may belong to a
// document inside an archive.
func isOffice(head []byte) bool {
	first := firstZipEntry(head)
	if first == "[Content_Types].xml" || first == "mimetype" {
		return true
	}
	part := false
	for _, folder := range []string{"_rels/", "docProps/", "customXml/", "xl/", "word/", "ppt/"} {
		part = part || strings.HasPrefix(first, folder)
	}
	return part && (bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("xl/workbook")))
}

// firstZipEntry is the name of the first entry, or "".
func firstZipEntry(head []byte) string {
	const length, name = 26, 30 // APPNOTE 4.3.7
	if len(head) < name || !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return ""
	}
	end := name + int(binary.LittleEndian.Uint16(head[length:]))
	return string(head[name:min(end, len(head))])
}

// seemsOffice names a document of an office program that no format reads.
func seemsOffice(head []byte) string {
	for _, kind := range [][2]string{
		{"word/", "this is a Word document: save its table as .xlsx or CSV"},
		{"ppt/", "this is a PowerPoint document: save its table as .xlsx or CSV"},
		{"opendocument.spreadsheet", "OpenDocument spreadsheets are not supported: save it as .xlsx or CSV"},
		{"opendocument", "OpenDocument texts are not supported: save its table as .xlsx or CSV"},
		{".nuspec", "this is a NuGet package, a program and no inventory: give its bill of materials"},
	} {
		if bytes.Contains(head, []byte(kind[0])) {
			return kind[1]
		}
	}
	return "this is an office document of no known kind: save it as .xlsx or CSV"
}

// programKind names the program that an archive is by what only such have at a
// fixed place, or "".
func programKind(entries []entry) string {
	for _, kind := range [][2]string{
		{"AndroidManifest.xml", "an Android app (APK)"},
		{"META-INF/MANIFEST.MF", "a Java archive (JAR, WAR, EAR)"},
		{"*.dist-info/WHEEL", "a Python wheel"},
		{"*.nuspec", "a NuGet package"},
		{"Payload/*.app/Info.plist", "an iOS app (IPA)"},
		{"oci-layout", "a container image"},
		{"*/layer.tar", "a container image"},
	} {
		for _, e := range entries {
			if ok, _ := path.Match(kind[0], strings.TrimPrefix(e.name, "./")); ok {
				return kind[1]
			}
		}
	}
	return ""
}
