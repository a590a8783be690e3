package vendors
import ("testing";"os";"bufio";"fmt";"time";"sort")
func TestScratchRegistry(t *testing.T){
 in:=os.Getenv("NAMES"); if in==""{t.Skip()}
 d,_:=Default(); f,_:=os.Open(in); sc:=bufio.NewScanner(f); sc.Buffer(make([]byte,1<<20),1<<20)
 out,_:=os.Create(in+".out"); defer out.Close(); n:=0; start:=time.Now()
 var slow []string
 for sc.Scan(){ n++; s0:=time.Now(); m:=d.ResolveName(sc.Text(),measuredOn); if e:=time.Since(s0); e>2*time.Millisecond {slow=append(slow,fmt.Sprint(e,sc.Text()))}
  id:="-"; if m.Supplier!=nil{id=m.Supplier.ID}
  p:=""; if id=="-"&&len(m.Possible)>0{p=m.Possible[0].ID}
  fmt.Fprintf(out,"%s\t%.2f\t%s\t%s\t%s\n",id,m.Confidence,sc.Text(),p,m.Reason)}
 fmt.Println(n,time.Since(start), time.Since(start)/time.Duration(n)); sort.Strings(slow); if len(slow)>10{slow=slow[:10]}; fmt.Println(slow)
}
