package sbom
import ("testing";"context";"strings";"fmt";"encoding/json")
func TestZZ(t *testing.T){
 f:=csvFormat()
 in:="Inventory of DC\n\nBrand,规格型号,SN,Qty,Unit Price (USD),产地,Purchase Date,Foo\nMicron,MTFDKCC3T8TFR,123,2,\"1,234.50\",Made in PRC,2024/3/5,x\nDell,R740,1E10,two,$5,Korea,03/04/2024,\n,,,,,,,\nTotal,,,2,,,,\n\"HP \"foo\" x\",a,b\n\"Cisco,C9300,x\nH3C,S5130,zz,1,,,,\n"
 fmt.Println(f.Detect(Sample{Head:[]byte(in)}))
 info,err:=f.Read(context.Background(),&Stream{Reader:strings.NewReader(in)},func(r Record)error{ b,_:=json.Marshal(r); fmt.Printf("%T %s\n",r,b);return nil})
 fmt.Println(info,err)
}
