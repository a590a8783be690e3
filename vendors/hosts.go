package vendors

import "strings"

// sharedHosts are places where anybody can have a page or a mailbox: they say
// nothing about who made something.
var sharedHosts = map[string]bool{
	"github.com": true, "github.io": true, "githubusercontent.com": true, "gitlab.com": true, "gitlab.io": true, "bitbucket.org": true,
	"gitee.com": true, "gitee.io": true, "sourceforge.net": true, "sourceforge.io": true, "readthedocs.io": true, "googlecode.com": true, "npmjs.com": true, "pypi.org": true,
	"gmail.com": true, "googlemail.com": true, "outlook.com": true, "hotmail.com": true, "live.com": true, "msn.com": true,
	"yahoo.com": true, "icloud.com": true, "me.com": true, "mac.com": true, "qq.com": true, "foxmail.com": true, "163.com": true,
	"126.com": true, "sina.com": true, "aliyun.com": true, "mail.ru": true, "yandex.ru": true, "proton.me": true, "gmx.de": true, "gmx.net": true,
	"web.de": true, "amazonaws.com": true, "cloudfront.net": true, "azurewebsites.net": true, "appspot.com": true, "blogspot.com": true,
	"cloudapp.azure.com": true, "cloud.google.com": true, "code.google.com": true, "sites.google.com": true, "launchpad.net": true,
}

// byHost looks up a host name, then the domains above it. No record's domain is
// a suffix under which anybody can register a name, such as com.cn or github.io;
// those below a record's domain are in sharedHosts. A test holds both against
// the Public Suffix List.
func (r *resolver) byHost(host string) *registered {
	domains := r.index().of[domainScheme]
	for domain := strings.ToLower(strings.Trim(host, ".")); ; {
		dot := strings.IndexByte(domain, '.')
		if dot < 0 {
			return nil
		}
		if e := domains[domain]; e == sharedHost {
			return nil
		} else if e != nil {
			return e
		}
		domain = domain[dot+1:]
	}
}

// hostOf takes the host out of a URL, an e-mail address or a bare name.
func hostOf(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	s, _, _ = strings.Cut(s, ":")
	return s
}

// isHost reports whether s has the form of a host name with a domain.
func isHost(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 || len(s)-dot < 3 || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '.', c == '-' && i < dot:
		case '0' <= c && c <= '9' && i < dot:
		default:
			return false
		}
	}
	return true
}
