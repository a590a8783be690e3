package sbom

import (
	"strings"
	"testing"

	"github.com/netvet/netvet/scanner/strictyaml"
)

// realHeaders are header rows as programs and people write them, with what each
// column is to be taken for.
func realHeaders() [][2]string {
	return [][2]string{
		{"Asset Tag,Serial Number,Item,Status,Assigned To,Purchase Date,Warranty Expiry", "serial=Serial Number, name=Item, purchase_date=Purchase Date"},
		{"Device Type,Status,Asset Tag,Serial Number,Department,Building/Location,Company,City,Floor,Warranty Expiration Date,PO Number,Procure All Number,Model,Capital/Non Capital,Notes", "category=Device Type, serial=Serial Number, location=Building/Location, model=Model"},
		{"Asset Tag,Serial Number,Name", "serial=Serial Number, name=Name"},
		{"Asset ID,Asset Tag,Serial Number,Name,Category,Department,Location,Vendor,Purchase Date,Purchase Cost,Condition,Status,Created At", "serial=Serial Number, name=Name, category=Category, location=Location, vendor=Vendor, purchase_date=Purchase Date, price=Purchase Cost"},
		{"ID,Name,Category,Asset Tag,Serial Number,Condition,Location,Status,Acquisition Date,Acquisition Cost,Is Bookable", "name=Name, category=Category, serial=Serial Number, location=Location, purchase_date=Acquisition Date, price=Acquisition Cost"},
		{"Asset Name,Asset Tag,Serial Number,Device Type,Model,Assigned User,Location,Room Number,Department,Purchase Date,Lifecycle Year,Asset Value,Status,Reason/Notes", "name=Asset Name, serial=Serial Number, category=Device Type, model=Model, location=Location, purchase_date=Purchase Date"},
		{"Asset Tag,Serial Number,Model,Division,Supplier,Purchase Date,Warranty Months,IP Address,MAC Address,Status,Assigned To,Notes", "serial=Serial Number, model=Model, vendor=Supplier, purchase_date=Purchase Date, mac=MAC Address"},
		{"Asset Tag,Serial Number,Asset Type,Make,Model,Purchase Price,Building,Employee,Vendor,Aquired Date,Status", "serial=Serial Number, category=Asset Type, manufacturer=Make, model=Model, price=Purchase Price, location=Building, vendor=Vendor"},
		{"Device Name,Manufacturer,Model,Serial Number,Status", "name=Device Name, manufacturer=Manufacturer, model=Model, serial=Serial Number"},
		{"Serial number,Device name,Manufacturer,Model,Primary user UPN,Primary user email address,Primary user display name", "serial=Serial number, name=Device name, manufacturer=Manufacturer, model=Model"},
		{"Device Name,Manufacturer,Model,OS,OS Version,User Name,UPN,Compliance,Encryption,Defender,Last Sync", "name=Device Name, manufacturer=Manufacturer, model=Model, version=OS Version"},
		{"Device ID,Device Name,Manufacturer,Model,Class,Priority,Health,Status,Channels,Sample Rate,Success Rate (%),Error Count,Last Seen", "name=Device Name, manufacturer=Manufacturer, model=Model, category=Class"},
		{"Barcode,Manufacturer,Model,SerialNumber,CPU,Corporate Supplier", "manufacturer=Manufacturer, model=Model, serial=SerialNumber"},
		{"Hostname,Vendor,Model,SerialNumber,AssetTag,Site", "name=Hostname, manufacturer=Vendor, model=Model, serial=SerialNumber, location=Site"},
		{"Name;Netzwerkname;Hersteller;Modell;IP1;VLAN1;IP2;VLAN2;IP3;Inventar-Nr.", "name=Name, manufacturer=Hersteller, model=Modell"},
		{"Inventarnummer;Seriennummer;Gerätename;Hostname;Plattform;Gerätetyp;Eigentum;Hersteller;Modell;Betriebssystem;Standort;Mitarbeiter_E-Mail", "serial=Seriennummer, name=Gerätename, category=Gerätetyp, manufacturer=Hersteller, model=Modell, location=Standort"},
		{"Inventarnummer;Name;Hersteller;Modell;Seriennummer;Kategorie;Zustand;Standort;Kaufpreis;Tagesmiete;Verfügbar", "name=Name, manufacturer=Hersteller, model=Modell, serial=Seriennummer, category=Kategorie, location=Standort, price=Kaufpreis"},
		{"Name;Hersteller;Modell;IP-Adresse;Betriebssystem;Server Rollen / Installationen;CPU;RAM (GB);HDD (GB);RAID;Seriennummer;Standort;Inventar Nr.;Notizen;Supportablauf/Austauschmaßnahmen;Kaufdatum", "name=Name, manufacturer=Hersteller, model=Modell, serial=Seriennummer, location=Standort, purchase_date=Kaufdatum"},
		{"IP;Hostname;MAC;Hersteller;Modell;Seriennummer;Firmware;Gerätetyp;Betriebssystem;SSH;SNMP-Name;SNMP-Standort;mDNS-Services;Erkannt via;Ports;Ping (ms);Freigaben", "name=Hostname, mac=MAC, manufacturer=Hersteller, model=Modell, serial=Seriennummer, version=Firmware, category=Gerätetyp"},
		{"code,device_type,name,device_model_code,serial_number,asset_tag,external_ref,status,tags", "category=device_type, name=name, model=device_model_code, serial=serial_number"},
		{"name,hostname,management_ip,role,status,site,vlan,connection,interfaces,platform,manufacturer,model,serial_number,asset_tag,location,rack,position,rack_units,owner,tenant,description,tags,comments", "name=name, category=role, manufacturer=manufacturer, model=model, serial=serial_number, location=location, description=description"},
		{"品牌,型号,数量", "manufacturer=品牌, model=型号, quantity=数量"},
		{"内部订货号,名称,品牌,型号,分类,单位,数量,单价", "name=名称, manufacturer=品牌, model=型号, category=分类, quantity=数量, price=单价"},
		{"资产编号,品牌,型号,类型,状态,序列号,购入日期,保修到期,价格,当前使用人,备注", "manufacturer=品牌, model=型号, category=类型, serial=序列号, purchase_date=购入日期, price=价格"},
		{"设备类型,品牌,型号,名称,数量,特性,参数,冗余,处理器功能,有源,电气", "category=设备类型, manufacturer=品牌, model=型号, name=名称, quantity=数量, description=参数"},
		{"ID,名称,型号,序列号,资产编号,类型,区域,位置,状态,负责人,购置日期,保修期", "name=名称, model=型号, serial=序列号, category=类型, location=位置, purchase_date=购置日期"},
		{"设备名称,型号,序列号,类型,MQTT主题,状态,位置,采购日期,备注", "name=设备名称, model=型号, serial=序列号, category=类型, location=位置, purchase_date=采购日期"},
		{"设备名称,型号,制造商,安装日期,安装位置,所属部门,状态,IP地址", "name=设备名称, model=型号, manufacturer=制造商, location=安装位置"},
		{"设备编号,设备名称,型号,厂商,位置,状态", "name=设备名称, model=型号, manufacturer=厂商, location=位置"},
		{"編號,隸屬單位,類型,廠牌,型號,規格,序號,位置,附屬於,使用者,購置日期,外借使用人,備註", "category=類型, manufacturer=廠牌, model=型號, description=規格, serial=序號, location=位置, purchase_date=購置日期"},
		{"項次,設備名稱,廠牌,型號,設備預算價,詢價年度,案件工號", "name=設備名稱, manufacturer=廠牌, model=型號, price=設備預算價"},
		{"區域ID,設備類型,設備編號,設備名稱,廠牌,型號,位置,備註", "category=設備類型, name=設備名稱, manufacturer=廠牌, model=型號, location=位置"},
		{"財產編號,描述,位置,設備序號,廠牌,型號,購置日期,年限,備註,標籤,MAC,IPv4,IPv6,hostname", "description=描述, location=位置, serial=設備序號, manufacturer=廠牌, model=型號, purchase_date=購置日期, mac=MAC, name=hostname"},
		{"ID,使用單位,廠牌,型號,類別,購買廠商,價格,購買日期,IP位址,碳粉匣_黑,備註", "manufacturer=廠牌, model=型號, category=類別, vendor=購買廠商, price=價格, purchase_date=購買日期"},
		{"類別,廠牌,型號,FW版本,Driver版本(OS),SWID,升刷指令", "category=類別, manufacturer=廠牌, model=型號, version=FW版本"},
		{"資産番号,端末名,取得区分,メーカー,型番,シリアル番号,設置場所,ステータス,担当社員,ホスト名,備考,登録日時", "name=端末名, manufacturer=メーカー, model=型番, serial=シリアル番号, location=設置場所"},
		{"カテゴリー名,メーカー,型番,商品名,説明文,写真,価格,適用開始日,適用終了日", "category=カテゴリー名, manufacturer=メーカー, model=型番, name=商品名, description=説明文, price=価格"},
		{"メーカー,型番,種別,定格電圧,定格電流,端子番号,接点構成,備考", "manufacturer=メーカー, model=型番, category=種別"},
		{"TAG,설비명,설비유형,제조사,모델명,정격출력(kW),전압(V),유량(m3/h),케이블(mm2),비고", "name=설비명, category=설비유형, manufacturer=제조사, model=모델명"},
		{"자체상품코드,상품명,카테고리1,카테고리2,카테고리3,상태값,매입가,일반회원,시중가,공급처,스펙,제조사,모델명,다나와No", "name=상품명, price=매입가, vendor=공급처, description=스펙, manufacturer=제조사, model=모델명"},
		{"입고일,사업부,구매처,공사명,품명,규격,수량,단가", "name=품명, model=규격, quantity=수량, price=단가"},
		{"Код;Производитель;Модель;Цена", "manufacturer=Производитель, model=Модель, price=Цена"},
		{"ID;Наименование;Категория;Штрих-код;Производитель;Модель;Цена;Гарантия (мес);Остаток", "name=Наименование, category=Категория, manufacturer=Производитель, model=Модель, price=Цена"},
		{"Название;Помещение;Система;Инвентарный номер;Производитель;Модель;Серийный номер;Дата ввода", "name=Название, location=Помещение, manufacturer=Производитель, model=Модель, serial=Серийный номер"},
		{"Категория;Модель;Серийный номер;Инвентарный номер;ЦОД;Место;Количество;Примечание", "category=Категория, model=Модель, serial=Серийный номер, location=Место, quantity=Количество"},
		{"Marque;Type;Modèle;Numéro de série;Chemin organisationnel;Agent;Date acquisition;IP;MAC;Code;ID interne;Info;Connecté à", "manufacturer=Marque, category=Type, model=Modèle, serial=Numéro de série, purchase_date=Date acquisition, mac=MAC"},
		{"Fabricant;Modèle;Numéro de Série;Hardware ID;Utilisateur;Première Connexion;Dernière Connexion;Niveau de Risque;Liste Blanche", "manufacturer=Fabricant, model=Modèle, serial=Numéro de Série"},
		{"Code Libre;Code Article;Nom Article;Numéro de série;Début;Fin;Coût;A", "part_number=Code Article, name=Nom Article, serial=Numéro de série, price=Coût"},
		{"codigo;tipo;status;unidade;setor;responsavel;fabricante;modelo;serial;observacao", "part_number=codigo, category=tipo, manufacturer=fabricante, model=modelo, serial=serial"},
		{"tipo;nome;ip;site;fabricante;modelo;latitude;longitude", "category=tipo, name=nome, location=site, manufacturer=fabricante, model=modelo"},
		{"fabricante;modelo;numero_serie;tecnologia;proprio;status", "manufacturer=fabricante, model=modelo, serial=numero_serie"},
		{"tag;type;manufacturer;model;serial_number;status;condition;holder;location;tags;invoice;price;warranty_until;cost_center;notes", "category=type, manufacturer=manufacturer, model=model, serial=serial_number, location=location, price=price"},
		{"ID;Inventory code;Name;Type;Manufacturer;Model;Serial;Purchase date;Supplier;Cost;Warranty;Status;Location", "name=Name, category=Type, manufacturer=Manufacturer, model=Model, serial=Serial, purchase_date=Purchase date, vendor=Supplier, price=Cost, location=Location"},
		{"Asset No;Asset Type;Manufacturer;Model;Serial Number", "category=Asset Type, manufacturer=Manufacturer, model=Model, serial=Serial Number"},
		{"Date/Time;Hostname;OS;Installation Date;Last reboot;Architecture;Domaine/Workgroup;Manufacturer;Model;Serial;TotalPhysicalMemory;ProcessorType;MaxClockspeed (Mhz);NumberOfCores;NumberOfLogicalProcessors;DiskName;TotalVolSize;TotalVolfreespace;InstalledSoftwares", "name=Hostname, manufacturer=Manufacturer, model=Model, serial=Serial"},
		{"Full Name,Email,Username,item Name,Category,Model name,Manufacturer,Model Number,Serial number,Asset Tag,Location,Notes,Purchase Date,Purchase Cost,Company,Status,Warranty,Supplier", "name=item Name, category=Category, model=Model name, manufacturer=Manufacturer, part_number=Model Number, serial=Serial number, location=Location, purchase_date=Purchase Date, price=Purchase Cost, vendor=Supplier"},
		{"Asset Tag,Model,Category,Manufacturer", "model=Model, category=Category, manufacturer=Manufacturer"},
		{"Computer Name,Serial Number,UUID,Vendor,Model,CPU,Storage,Total RAM (GB)", "name=Computer Name, serial=Serial Number, manufacturer=Vendor, model=Model"},
		{"Computer Name,Serial Number,Make,Model,Model Identifier,Asset Tag,Username,Full Name,Email Address,Department,Operating System,Operating System Version,Total RAM MB,Jamf Pro Computer ID", "name=Computer Name, serial=Serial Number, manufacturer=Make, model=Model, version=Operating System Version"},
		{"Computer Name,Serial Number,Model,User,Department,Building,Room,OS Version,Enrolled Via DEP,MDM Capable,Last Check-In Time,Site", "name=Computer Name, serial=Serial Number, model=Model, location=Building, version=OS Version"},
		{"Active Type,Active Name,Model,Descriptive 1,Serial Number,Manufacturer,Provider,Owner,Invoice Number,Purchase Date,Purchase Value,Building,Floor,Location,Country,Status,User", "model=Model, serial=Serial Number, manufacturer=Manufacturer, vendor=Provider, purchase_date=Purchase Date, price=Purchase Value, location=Location"},
		{"EQUIPMENT NUMBER,PLANT,DESCRIPTION,MODEL NUMBER,SERIAL NUMBER,MANUFACTURER,INSTALLATION DATE,RATE/HOUR,CURRENCY,PDF Doc,CATALOG PROFILE", "description=DESCRIPTION, model=MODEL NUMBER, serial=SERIAL NUMBER, manufacturer=MANUFACTURER, currency=CURRENCY"},
		{"Category,Part Number,Description,Qty,Unit,Unit Cost,Total", "category=Category, part_number=Part Number, description=Description, quantity=Qty, price=Unit Cost"},
		{"Item,Part Number,Description,QTY,Material,Stock Number,Mass (kg),BOM Structure", "part_number=Part Number, description=Description, quantity=QTY"},
		{"Section,PartNumber,Name,Qty,Rack,Position,Face,Role,Status,Serial,Device,Bay,ADevice,APort,BDevice,BPort,Color,Length,LengthUnit,Location,ContentTypes", "part_number=PartNumber, name=Name, quantity=Qty, category=Role, serial=Serial, location=Location"},
		{"vendor,devrole,model,partnum,rackheight,depth,ram,storage,interfaceordering,dataifacerange1,mgmtinterface", "manufacturer=vendor, model=model, part_number=partnum"},
		{"Device Name,Role,Status,Site,Location,Rack,Platform,Vendor,Model,Serial Number,Asset Tag,IPv4,IPv6,Tags", "name=Device Name, category=Role, location=Location, manufacturer=Vendor, model=Model, serial=Serial Number"},
		{"Hostname,IP Address,MAC Address,Vendor,Operating System,Status", "name=Hostname, mac=MAC Address, manufacturer=Vendor"},
		{"createdAt,buyAt,lastSeen,confirmed,immo,serialNumber,comment", "serial=serialNumber"},
		{"HOST_NAME,IP_ADDRESS,MODEL,MODEL NAME,MANUFACTURER,ARCHITECTURE,OPERATING_SYSTEM_NAME,OPERATING_SYSTEM_VERSION,CPU_SPEED,NUM_CPUS,STATUS,SERIAL_NUMBER", "name=HOST_NAME, model=MODEL, manufacturer=MANUFACTURER, version=OPERATING_SYSTEM_VERSION, serial=SERIAL_NUMBER"},
	}
}

// otherHeaders are header rows of tables that are no inventories of products, though
// some have models, makers and serial numbers: vehicles, rules and logs of firewalls,
// people, food, shops, payments, tickets, medical implants, vulnerabilities.
func otherHeaders() []string {
	return []string{
		"No,Status,Status Detail,CM Form Number,Ticket Number,Date,Name,Contact Number,Email,Time Reported,Site,Room Location,Issue,Category,Subcategory,Issue Type,Brand Model,Asset Tag,Serial Number,Root Cause",
		"Hersteller;Modell;Typ;Art;Sitze;Zuladung (kg);Hubraum (cm3);Leistung (PS);Allrad;Treibstoff;Verbrauch (l/100km);CO2 (g/km);Lärm (dB);Preis (EUR)",
		"Interne Fahrzeugnummer;Kennzeichen;Hersteller;Modell;Baujahr",
		"ID,차량명,등록번호,제조사,모델명,연식,현재주행거리(km),보험만기일,검사만기일",
		"车牌号,车辆类型,状态,品牌,型号,颜色,座位数",
		"Fabricante;Modelo;Serie;Matricula;Configuracion;EtapaRuido;Peso;DesignadorOASI",
		"Name,Source Zone,Destination Zone,Source Address,Destination Address,Service,Action,Log,Hit Count,Last Hit,Created,Owner,Comment",
		"Rule Name,vsys,Source Zone,Destination Zone,Source Address,Destination Address,Application,Action",
		"Receive Time,Serial #,Type,Threat/Content Type,Config Version,Generate Time,Source address,Destination address,NAT Source IP,NAT Destination IP,Rule,Source User,Destination User,Application,Virtual System",
		"Month,Day,Time,Policy,Service,Source Zone,Destination Zone,Action,Source Address,Source Port,Destination,Destination Port",
		"Student ID,SSN,First Name,Last Name,Email,Major,Program,Academic Standing,GPA,Credit Hours,Enrollment Status",
		"ID,First Name,Last Name,Email,Role,Status,Email Verified,Created At,Last Login",
		"First Name,Last Name,Email,Phone,Company,Job Title,City,Country,Source,Rating,Tags",
		"date,name,calories,protein,carbs,fat",
		"id,barcode,name,brand,size,image,calories,protein,carbs,fat,sugar,sodium,created_at",
		"Timestamp,Level,Message,UserId,URL,IP,UserAgent",
		"timestamp,level,message,source",
		"Product Name,Brand,Category,Price,MRP,Rating,Reviews",
		"cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes",
		"CVE ID,Vendor,Product,Version,CVSS Score",
		"Device Name,Manufacturer,Model,Serial Number,Device Type,Implant Date,Implanting Physician,Implant Location,Indication,Pacing Mode",
		"Name,Department,Location,Phone",
		"Vendor,Invoice Number,Invoice Date,Amount,Description",
		"name,description,type,status",
		"id,name,price,stock,category",
	}
}

// cellsOf parts a header row at its delimiter, the more frequent one.
func cellsOf(row string) []string {
	if strings.Count(row, ";") > strings.Count(row, ",") {
		return strings.Split(row, ";")
	}
	return strings.Split(row, ",")
}

func TestRealHeaders(t *testing.T) {
	words, err := defaultSynonyms()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range realHeaders() {
		c := words.header(cellsOf(test[0]), nil)
		var got []string
		for i, f := range c.fields {
			if f != fieldNone {
				got = append(got, string(f)+"="+c.headers[i])
			}
		}
		if text := strings.Join(got, ", "); text != test[1] || !c.isHeader() {
			t.Errorf("%s\n is read as %s\n want       %s\n an inventory: %v", test[0], text, test[1], c.isHeader())
		}
	}
	for _, row := range otherHeaders() {
		if c := words.header(cellsOf(row), nil); c.isHeader() {
			t.Errorf("%s\n is taken for an inventory: %s", row, c.note())
		}
	}
	if len(realHeaders()) < 60 || len(otherHeaders()) < 20 {
		t.Errorf("only %d header rows of inventories and %d of others", len(realHeaders()), len(otherHeaders()))
	}
}

// Every export of columns.yaml is known as an inventory by its own headers alone.
func TestExportsAreInventories(t *testing.T) {
	words, err := defaultSynonyms()
	if err != nil {
		t.Fatal(err)
	}
	var file columnsFile
	if err := strictyaml.Decode("columns.yaml", columnsYAML, &file); err != nil {
		t.Fatal(err)
	}
	for _, export := range file.Exports {
		var headers []string
		for _, f := range tableFields() {
			if of := export.Fields[f]; len(of) > 0 {
				headers = append(headers, of[0])
			}
		}
		headers = append(append(headers, export.Equipment...), export.Other...)
		if c := words.header(headers, nil); !c.isHeader() || c.known < len(headers) {
			t.Errorf("%s: %d of %d headers are known, an inventory: %v\n%s", export.Product, c.known, len(headers), c.isHeader(), c.note())
		}
	}
}
