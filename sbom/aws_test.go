package sbom

import "testing"

func FuzzAWS(f *testing.F) {
	fuzzFormat(f, aws(), `[{"invokingEvent":"{}"},{"resourceType":"AWS::A::B","resourceId":"c","configuration":"{\"engine\":\"x\"}"}]`, `{"Results":["{\"resourceId\":\"a\"}","b"],"Things":[{"ThingArn":"arn:aws:x:y:z:t/1"}]}`)
}
