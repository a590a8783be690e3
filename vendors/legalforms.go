package vendors

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// class says what part a word plays in a company's name.
type class uint8

const (
	distinct class = iota // none of the below: it tells one company from another
	legal                 // Inc, GmbH, 有限公司
	place                 // a country, region or city
	filler                // of, the, de
	org                   // Group, Holding, International, Sales
	industry              // Technology, Networks, 半导体
	trade                 // Solutions, Products, Research
	model                 // a model or part number
	number                // digits only
)

// neutral reports whether words of the class may come and go without naming
// another company.
func (c class) neutral() bool { return c == legal || c == place || c == filler || c == org }

// vocabulary holds the words that are no names: single words, and phrases
// written without their spaces.
type vocabulary struct {
	words   map[string]class
	phrases map[string]class
	starts  map[string]bool  // the first words of phrases
	han     map[string]class // words of scripts written without spaces
}

// commonWords returns the vocabulary. Words are written as fold leaves them:
// lower case, without diacritics, Han in simplified form.
var commonWords = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{words: map[string]class{}, phrases: map[string]class{}, starts: map[string]bool{}, han: map[string]class{}}
	for _, list := range []struct {
		class class
		text  string
	}{{trade, tradeWords}, {industry, industryWords}, {org, orgWords}, {place, placeWords}, {filler, fillerWords}, {legal, legalWords}} {
		for _, w := range strings.Fields(list.text) {
			if first, _, joined := strings.Cut(w, "_"); joined && first != "" {
				v.phrases[strings.ReplaceAll(w, "_", "")] = list.class
				v.starts[first] = true
				continue
			}
			v.words[w] = list.class
		}
	}
	for _, list := range []struct {
		class class
		text  string
	}{{industry, hanIndustry}, {org, hanOrg}, {place, hanPlaces}, {legal, hanLegal}} {
		for _, w := range strings.Fields(list.text) {
			v.han[w] = list.class
			if utf8.RuneCountInString(w) > 1 {
				v.spoken(w, list.class)
			}
		}
	}
	return v
})

// spoken enters a Chinese word in Latin letters: "Youxian Gongsi", "Keji".
func (v *vocabulary) spoken(han string, c class) {
	for _, w := range romanised(han) {
		if _, taken := v.words[w]; !taken && len(w) >= leastSpoken {
			v.words[w] = c
		}
	}
}

// leastSpoken is the fewest letters of a Chinese word in Latin letters that is
// taken for one.
const leastSpoken = 4

// Legal forms by country of use. Initials are written together: fold joins
// "S.p.A." to "spa"; an underscore stands for a space.
const legalWords = `
inc incorporated incorporation corp corporation co company companies ltd limited llc llp lp plc pllc pbc
ltd_co co_ltd lllp
gmbh mbh ggmbh ag kg kgaa ohg ug gbr ev eg aktiengesellschaft gesellschaft
se sa sas sarl sasu snc scs sca eurl societe_anonyme
spa srl srls sapa sagl s_p_a s_r_l s_a s_a_s s_n_c
bv nv vof cv bvba sprl b_v n_v
ab publ aktiebolag hb aps as asa oy oyj ab_publ a_s a_b ivs osakeyhtio
kk gk yk kabushiki_kaisha kabushiki_gaisha kabushikigaisha kabushikikaisha godo_kaisha
pty pte pvt private bhd sdn sdn_bhd pt tbk cv_tbk jsc pjsc
sl slu slne sociedad_anonima sociedad_limitada de_cv s_de_rl s_de_rl_de_cv sapi
ltda limitada eireli me lda s_l
spolka sp_z_oo sp_zoo spzoo z_oo sp_j sp_k sp_z_o_o zoo
sro spol spol_sro a_s_ kft zrt nyrt bt doo dd ad ood eood sia uab oue ou
ojsc cjsc pao ooo oao zao ao tov
fzco fze fzc wll bsc saoc saog dmcc
cia ste ets eirl oyab
ооо оао зао пао ао нпо нпп тоо ип гк
aktsiaselts anonim sirketi ticaret sanayi ltd_sti sti
stock_company joint_stock joint_stock_company limited_liability_company limited_company public_company
`

// fillerWords join words, or name an interface or a field beside a name in what
// devices report of themselves.
const fillerWords = `
a an the of for und et de des du da do dos di del della der die das la le les el von van by in at on
ata sata scsi nvme pcie usb rev ver version series model type
`

// orgWords say how a company is organised, not what it is called.
const orgWords = `
group groupe gruppe grupo gruppo holding holdings international intl internacional int global worldwide world wide
division divisions div branch branches dept department unit bu office offices
subsidiary subsidiaries affiliate affiliates headquarters hq region regional europa
official authorized authorised vendor manufacturer supplier maker brand oem odm customer
`

// industryWords say what trade a company is in, and are added to or left off the
// names of network product makers freely.
const industryWords = `
technology technologies technologie technologia tecnologia tecnologias teknoloji tech technical
system systems systeme sistemas systemes sistemi sistem
electronic electronics elektronik electronica elektronika elettronica microelectronics microelectronic optoelectronics
network networks networking internetworking internet online cyber
semiconductor semiconductors semi microsystems
communication communications comm comms telecommunication telecommunications telecom telecoms telecomm
comunicaciones kommunikation telekom
software hardware firmware computer computers computing informatics information informatica informatik informatique
infotech ict digital data database storage memory cloud server servers
mobile wireless broadband multimedia security cybersecurity os
enterprise enterprises industry industries industrial ind business commercial development operations manufacturing mfg
marketing sales service services servicos dienste support distribution export import
`

// tradeWords say what trade a company is in as well, but one that makes another
// company of the same name as often as not ("Micron Solutions"): they are taken
// for an addition only where the supplier itself uses them. Trades that have
// nothing to do with network products (medical, marine) are in no list.
const tradeWords = `
solutions solution products product labs lab laboratories laboratory research institute design platform platforms infrastructure
electric electrics electrical electro power energy automation control controls embedded precision micro applied advanced silicon
net web info it internal integrated circuit circuits ic chip chips smart ai iot intelligent intelligence
cable radio satellite optical optics photonics transmission fiber fibre vision video surveillance imaging display audio
device devices component components instrument instruments equipment apparatus appliance appliances peripheral peripherals
safety engineering consulting telco media gaming interactive virtual open general scientific science innovation innovations
`

const placeWords = `
china chinese prc cn japan japanese jp nippon korea korean kr taiwan tw roc hongkong hk macau singapore sg malaysia my indonesia
india thailand vietnam philippines asia asian apac pacific australia au zealand nz anz oceania
america americas american us usa canada canadian ca mexico brasil brazil argentina chile colombia peru latam
europe european europa emea eu eea uk britain british england ireland scotland wales france french germany german deutschland
deutsche netherlands nederland dutch holland belgium belgique luxembourg spain espana espanola iberia iberica portugal italy italia
italiana switzerland swiss schweiz suisse austria osterreich oesterreich sweden sverige swedish norway norge denmark danmark finland finnish suomi
poland polska czech slovakia hungary magyarorszag romania bulgaria greece hellas turkey turkiye turk russia rossiya rus russian ukraine
israel il egypt emirates uae gulf mena africa african saudi arabia qatar kuwait kenya nigeria morocco
latvia lithuania estonia slovenia croatia serbia iceland cyprus malta
north south east west eastern western northern southern central nordic baltic benelux scandinavia middle
beijing shanghai shenzhen guangzhou hangzhou nanjing suzhou wuhan chengdu xian tianjin chongqing dongguan zhuhai xiamen fuzhou
qingdao jinan hefei changsha zhengzhou shenyang dalian wuxi ningbo wenzhou kunming nanchang harbin changchun foshan huizhou
zhongshan shijiazhuang taiyuan guiyang lanzhou urumqi hainan haikou changzhou nantong jiaxing shaoxing kunshan
zhejiang jiangsu guangdong fujian shandong sichuan hubei hunan anhui henan hebei liaoning shaanxi jiangxi yunnan guangxi guizhou
taipei hsinchu kaohsiung taichung tokyo osaka yokohama kyoto nagoya seoul suwon bangalore bengaluru mumbai delhi hyderabad pune chennai
london dublin paris berlin munich munchen muenchen frankfurt hamburg vienna wien zurich geneva amsterdam brussels madrid barcelona
lisbon milan milano rome roma stockholm helsinki oslo copenhagen warsaw prague praha budapest moscow moskva
california texas florida virginia delaware massachusetts boston chicago dallas austin houston seattle toronto ottawa montreal vancouver
sydney melbourne dubai
hong_kong new_zealand united_states united_kingdom great_britain united_arab_emirates south_korea north_america south_america latin_america
saudi_arabia asia_pacific south_africa south_asia middle_east far_east czech_republic costa_rica puerto_rico
palo_alto san_jose santa_clara mountain_view silicon_valley new_york los_angeles san_francisco san_diego san_mateo
new_delhi sri_lanka tel_aviv kuala_lumpur sao_paulo mexico_city ho_chi_minh xi_an greater_china
asia_pacific_region united_states_of_america
`

const hanLegal = `
有限公司 有限责任公司 股份有限公司 股份公司 公司 股份 有限 责任 总公司 分公司 子公司 合伙企业
株式会社 有限会社 合同会社 合资会社 会社 kk 有限会社
주식회사 유한회사 주 유 회사
`

const hanOrg = `
集团 集团公司 控股 国际 全球 环球 企业 实业 产业 工业 制造 服务 销售 运营 投资 管理 分部 事业部 部门 中心 总部 分支机构 开发 发展
グループ ホールディングス インターナショナル 制作所 贩卖
그룹 홀딩스 인터내셔널 산업
`

const hanIndustry = `
科技 技术 高科技 信息科技 信息技术 信息 信息产业 信息系统 电子 电子科技 电子技术 微电子 光电 光电子 电器 电气 电机
半导体 集成电路 芯片 网络 网络技术 网络科技 网络安全 网络系统 通信 通讯 通信技术 通信科技 通讯技术 电信 光通信 移动通信 数据通信
软件 软件技术 软件系统 硬件 系统 系统集成 计算机 计算机系统 计算机科技 计算 电脑 云计算 云 云科技 大数据 数据 数据库 存储 存储技术 存储科技
数字 数字技术 数字科技 数码 数码科技 智能 智能科技 智能技术 人工智能 物联网 互联网 移动 无线 宽带 多媒体 视频 安防
安全 安全技术 信息安全 设备 器材 仪器 终端 能源 数字能源 电源 电力 自动化 精密 精密工业 集成 工程 设计 研发 研究 研究院 研究所 研发中心 科学 服务器
テクノロジー テクノロジーズ システム システムズ ネットワーク ネットワークス エレクトロニクス コミュニケーションズ セミコンダクタ ソフトウェア
コンピュータ ストレージ データ
테크놀로지 테크놀로지스 시스템 시스템즈 네트웍스 네트워크 네트웍 전자 반도체 통신 정보통신 소프트웨어 컴퓨터 일렉트로닉스 기술
`

const hanPlaces = `
中国 中华 大中华区 中国区 北京 北京市 上海 上海市 天津 天津市 重庆 重庆市 深圳 深圳市 广州 广州市 杭州 杭州市 南京 南京市 苏州 苏州市
武汉 武汉市 成都 成都市 西安 西安市 东莞 东莞市 珠海 珠海市 厦门 厦门市 福州 福州市 青岛 青岛市 济南 济南市 合肥 合肥市 长沙 长沙市
郑州 郑州市 沈阳 沈阳市 大连 大连市 无锡 无锡市 宁波 宁波市 佛山 佛山市 惠州 惠州市 中山 中山市 昆明 昆明市 南昌 南昌市 哈尔滨 长春
石家庄 太原 贵阳 贵阳市 兰州 乌鲁木齐 海口 常州 南通 嘉兴 绍兴 温州 昆山 烟台 徐州 扬州 泉州 保定 廊坊 芜湖 绵阳 株洲 襄阳 宜昌 桂林 南宁 呼和浩特
浙江 浙江省 江苏 江苏省 广东 广东省 福建 福建省 山东 山东省 四川 四川省 湖北 湖北省 湖南 湖南省 安徽 安徽省 河南 河南省 河北 河北省
辽宁 陕西 江西 云南 广西 贵州 海南 山西 吉林 黑龙江 甘肃 青海 宁夏 新疆 西藏 内蒙古
香港 澳门 台湾 台北 台中 高雄 新竹 亚洲 亚太 亚太区 欧洲 美国 美洲 北美 日本 东京 大阪 韩国 首尔 新加坡 德国 英国 法国 意大利 荷兰 俄罗斯 印度
市 省 区 县
ジャパン アジア アメリカ ヨーロッパ 코리아 한국 서울 일본 중국 미국 아시아
`

// placeholders are what forms and firmware hold where nobody wrote a name, as
// fold leaves them without spaces.
var placeholders = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(placeholderWords) {
		m[strings.ReplaceAll(w, "_", "")] = true
	}
	return m
})

const placeholderWords = `
to_be_filled_by_oem tobefilled to_be_filled filled_by_oem to_be_filled_in to_be_determined to_be_defined to_be_announced
default_string default string not_specified not_available not_applicable not_provided not_present not_defined not_known not_set not_installed
not_found not_reported not_disclosed not_stated nospecified unspecified undefined undisclosed unavailable unknown unknow unkown unassigned uninitialized
n_a na n_d nd none null nil nan no_name noname empty blank void missing other others various misc miscellaneous multiple mixed generic
oem odm oem_oem system_manufacturer system_vendor system_product_name chassis_manufacturer chassis_manufacture chassis_vendor base_board_manufacturer
baseboard_manufacturer board_manufacturer board_vendor bios_vendor manufacturer manufacture manufacturer_name vendor vendor_name supplier
supplier_name company company_name your_company your_company_name maker brand publisher
no_dimm no_module no_manufacturer no_vendor no_supplier no_enclosure no_battery no_disk no_assertion noassertion bad_index out_of_spec invalid error
tbd tbd_by_odm tbd_by_oem tba test sample example foo xxx standard default_manufacturer placeholder dummy todo
unknown_manufacturer unknown_vendor unknown_supplier unknown_company unknown_maker unbekannt inconnu desconocido sconosciuto
anonymous self individual person nobody private_person internal inhouse in_house
未知 未知厂商 未知厂家 无 暂无 其他 其它 不详 空 不明 未定义 未填写 未提供 待定 不适用 通用 厂商 制造商 供应商 品牌 该当なし なし 无し
없음 알수없음 미상 неизвестно нет
`

// everydayText lists English words that companies are named with.
//
//go:embed everyday.txt
var everydayText string

// everyday are words that tell a company apart only as long as nothing else
// stands beside them: Coherent is one company, Coherent Communications another.
var everyday = sync.OnceValue(func() map[string]bool {
	m := make(map[string]bool, 2600)
	for line := range strings.Lines(everydayText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, w := range strings.Fields(line) {
			m[w] = true
		}
	}
	return m
})
