/**
 * Legal forms of companies, as they are written at the end of a name or before it. Spellings stand without spaces, dots,
 * accents and in small letters, as `company-name.ts` compares them; the first of each line is the form's one spelling.
 *
 * **Source.** ISO 20275 (entity legal forms, GLEIF's list of abbreviations and names in local language), 2023 edition, for the
 * forms that are met often; abbreviations of the company laws.
 */

import type { JsonValue } from "../bytes/canonical-json.js";

/** Behind a name. */
const suffixLines = `
gmbh gesellschaftmitbeschrankterhaftung gesmbh mbh
ggmbh
ag aktiengesellschaft
kg kommanditgesellschaft
kgaa kommanditgesellschaftaufaktien
ohg offenehandelsgesellschaft
og offenegesellschaft
ug ughaftungsbeschrankt unternehmergesellschafthaftungsbeschrankt unternehmergesellschaft
ek eingetragenerkaufmann eingetragenekauffrau ekfm ekfr
ev eingetragenerverein
eg eingetragenegenossenschaft
gbr gesellschaftburgerlichenrechts
partg partgmbb partnerschaft
se societaseuropaea
ltd limited
plc publiclimitedcompany
llp limitedliabilitypartnership
lllp
lp limitedpartnership
llc limitedliabilitycompany
pllc
pc professionalcorporation
pbc
inc incorporated
corp corporation
co company compagnie cie
na nationalassociation
pty proprietary
pvt private smcprivate
pte
cic
dac designatedactivitycompany
clg
opc
npc
cyf cyfyngedig
ccc
teo teoranta
sdn sendirian
bhd berhad
plt
pcl publiccompanylimited
sa societeanonyme sociedadanonima sociedadeanonima societaanonima spolkaakcyjna societateanonima
sab sociedadanonimabursatil
sapi sapidecv
cv decv
rl srl sderl deresponsabilidadlimitada sociedadderesponsabilidadlimitada societaaresponsabilitalimitata societatecuraspunderelimitata
srls
sarl societearesponsabilitelimitee
sas societeparactionssimplifiee sociedadporaccionessimplificada
sasu
eurl
snc societeennomcollectif societainnomecollettivo
scs
sca societeencommanditeparactions
scsp
sci
sccl
selarl
gie
scop
spa societaperazioni sociedadporacciones
sapa
scarl scrl societacooperativa soccoop soccooparl
unipersonale
sl sociedadlimitada
slu sociedadlimitadaunipersonal
sau
sll
slp
scoop
lda limitada ltda
unipessoal
eireli eirl
epp
mei
sac
saa
esp
nv naamlozevennootschap
bv beslotenvennootschap
bvba
sprl
cvba
vof vennootschaponderfirma
ua
asbl
vzw
sagl
as aktieselskab aksjeselskap anonimsirketi aktsiaselts akcionarska akciovaspolecnost akciovaspolocnost akcinespolecnost
asa allmennaksjeselskap
aps anpartsselskab
ks komanditniselskab kommanditselskab
is interessentskab
ps
ivs
amba
ans
da
ab aktiebolag aktiebolagpubl abpubl
hb handelsbolag
kb kommanditbolag
oy osakeyhtio
oyj julkinenosakeyhtio
abp
ky kommandiittiyhtio
ehf einkahlutafelag
hf hlutafelag
ou osauhing
uab uzdarojiakcinebendrove
mb mazojibendrija
sia sabiedribaarierobezotuatbildibu
spzoo spolkazograniczonaodpowiedzialnoscia spzograniczonaodpowiedzialnoscia
spk spolkakomandytowa
spj spolkajawna
spp
psa prostaspolkaakcyjna
ska spolkakomandytowoakcyjna
sro spolsro spolecnostsrucenimomezenym spolocnostsrucenimobmedzenym
vos
doo drustvosogranicenomodgovornoscu drustvozomejenoodgovornostjo
dd dionickodrustvo
dno
ad akcionarskodrustvo
ead
eood
ood
kft korlatoltfelelossegutarsasag
zrt zartkoruenmukodoreszvenytarsasag
nyrt nyilvanosanmukodoreszvenytarsasag
rt
bt beteitarsasag
shpk
sha
dooel
sti sirketi
tas
ltdsti limitedsirketi
tbk
persero
jsc jointstockcompany
ojsc openjointstockcompany
cjsc closedjointstockcompany
pjsc publicjointstockcompany
psc qpsc qsc
wll
fze
fzco
fzllc
sae
sal
saog
saoc
bsc
ksc kscp kscc
mmc
asc
qsc
mchj
xxk
kk kabushikikaisha kabushikigaisha
yk yugenkaisha yugengaisha
gk godokaisha godogaisha
ooo
zao
oao
pao
ао акционерноеобщество
ооо обществосограниченнойответственностью
зао закрытоеакционерноеобщество
оао открытоеакционерноеобщество
пао публичноеакционерноеобщество
нао
ип индивидуальныипредприниматель индивидуальныйпредприниматель
тоо товариществосограниченнойответственностью
тов товариствозобмеженоювідповідальністю
ат акціонернетовариство
прат приватнеакціонернетовариство
пат публічнеакціонернетовариство
фоп
одо
уп
чуп
еоод
оод
ад
еад
ет
доо
дооел
ххк
αε ανωνυμηεταιρεια ανωνυμηεταιρια
επε
οε
εε
ικε
ae
epe
ike
בעמ
ش‌م‌م شمم
شمع
ذمم
შპს
სს
սպը
จํากัด จํากัดมหาชน
`;

/** Before a name; taken only where no form stands behind it, but for the pairs below. */
const prefixLines = `
pt perseroanterbatas
cv
ud
sa societeanonyme sociedadanonima
sarl
sas
sasu
eurl
snc
sci
scop
sc societateacomerciala
ooo
oao
zao
pao
llc
jsc
ojsc
cjsc
pjsc
uab
sia
as
ou
ab
mb
oy
bv
nv
kk kabushikikaisha
gk godokaisha
yk yugenkaisha
ctytnhh congtytnhh congtytnhhmtv congtytnhhmotthanhvien congtytrachnhiemhuuhan
ctcp congtycophan congtycp
firma fa
ao
ооо обществосограниченнойответственностью
ао акционерноеобщество
зао закрытоеакционерноеобщество
оао открытоеакционерноеобщество
пао публичноеакционерноеобщество
нао
ип индивидуальныйпредприниматель
тоо товариществосограниченнойответственностью
тов товариствозобмеженоювідповідальністю
ат акціонернетовариство
прат приватнеакціонернетовариство
пат
фоп
одо
уп
чуп
чп
ет
шпк
შპს
սպը
`;

/** Forms before a name that go together with forms behind it. */
export const prefixPairs: Readonly<Record<string, readonly string[]>> = {
  pt: ["tbk", "persero"],
  oy: ["ab"],
  sc: ["rl", "sa", "snc", "scs"],
};

/** Written together with the name, behind it. Longest first where one ends with another. */
export const cjkSuffixes: readonly string[] = [
  "集团股份有限公司",
  "股份有限公司",
  "股份有限責任公司",
  "有限责任公司",
  "有限責任公司",
  "股份合作公司",
  "特殊普通合伙企业",
  "特殊的普通合伙",
  "特殊普通合伙",
  "有限合伙企业",
  "普通合伙企业",
  "有限合夥",
  "有限合伙",
  "普通合伙",
  "合伙企业",
  "合夥企業",
  "个人独资企业",
  "个人独资",
  "个体工商户",
  "有限公司",
  "股份公司",
  "無限公司",
  "兩合公司",
  "公司",
  "株式会社",
  "株式會社",
  "有限会社",
  "合同会社",
  "合資会社",
  "合名会社",
  "주식회사",
  "유한회사",
  "유한책임회사",
  "합자회사",
  "합명회사",
  "จํากัดมหาชน",
  "จํากัด",
];

/** Written together with the name, before it. */
export const cjkPrefixes: readonly string[] = [
  "株式会社",
  "株式會社",
  "有限会社",
  "合同会社",
  "合資会社",
  "合名会社",
  "一般社団法人",
  "一般財団法人",
  "公益社団法人",
  "公益財団法人",
  "特定非営利活動法人",
  "医療法人社団",
  "医療法人財団",
  "医療法人",
  "学校法人",
  "社会福祉法人",
  "宗教法人",
  "주식회사",
  "유한회사",
  "유한책임회사",
  "사단법인",
  "재단법인",
  "ห้างหุ้นส่วนจํากัด",
  "บริษัท",
];

/** What ends with a form and is none: branches and daughters are companies of their own, or parts of one. */
export const cjkExceptions: readonly string[] = ["分公司", "子公司", "母公司", "总公司", "總公司"];

/** Signs in brackets that stand for a form. */
export const bracketed: Readonly<Record<string, string>> = {
  株: "株式会社",
  有: "有限会社",
  同: "合同会社",
  資: "合資会社",
  名: "合名会社",
  社: "一般社団法人",
  財: "一般財団法人",
  医: "医療法人",
  学: "学校法人",
  福: "社会福祉法人",
  주: "주식회사",
  유: "유한회사",
  사: "사단법인",
  재: "재단법인",
};

function formsOf(lines: string): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  for (const line of lines.trim().split("\n")) {
    const [form = "", ...spellings] = line.split(" ");
    for (const spelling of [form, ...spellings]) if (!forms.has(spelling)) forms.set(spelling, form);
  }
  return forms;
}

/** The forms behind a name, by spelling. */
export const suffixes: ReadonlyMap<string, string> = formsOf(suffixLines);

/** The forms before a name, by spelling. */
export const prefixes: ReadonlyMap<string, string> = formsOf(prefixLines);

/** Everything that the form of a name depends on, for its digest. */
export const legalFormTables: JsonValue = {
  suffixLines,
  prefixLines,
  prefixPairs: prefixPairs as JsonValue,
  cjkSuffixes,
  cjkPrefixes,
  cjkExceptions,
  bracketed,
};
