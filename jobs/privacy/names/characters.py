"""Characters that first decide whether a name can stand at a place of running text; drawn up from counts.

The lists come from counts over news (the corpora that ``scripts/fit_names.py`` reads) and over service and question
texts; they are the first cut of ``evidence``, and what Spark's prefilter reads.
"""

from __future__ import annotations

# Surnames of which at least one occurrence in a hundred is a surname, and 成项游解官封全, which are far more often part
# of a word and were worth it: 和, 时 and the like are found only where something announces a name (``names``).
RUNNING_SURNAMES = (
    "丁万丘丛严乐乔于云井亢仇付仲任伊伍伏何佘余佟侯俞倪傅兰关冀冉冯冼凌刀刁刘包匡华卓单卜卞卢卫厉古史叶吉向吕吴周唐"
    "喻夏奚姚姜姬娄孔孙孟季宁安宋宓宗宫寇尉尚尤尹屈屠岑岳崔左巩巫巴常庄庞康廖张彭徐慕戚戴揣敖敬文方施易晋晏曲曹曺曾"
    "朱李杜杨林柏柯柳柴栗栾桂桑梁梅楼樊欧武段殷毕毛汝江池汤汪沈沙洪涂温湛溥滕潘焦熊牛牟王甄甘田申白盖盛瞿石祁祝秦程"
    "穆窦章童竺符简米粟糜纪罗翁翟耿聂肖胡胥腾臧舒艾芦苏苑苗苟范茅荆荣莫萧葛董蒋蒙蒲蔡蔺薄薛虞袁裘裴褚覃詹许谌谢谭谷"
    "费贺贾赖赵车辛辜迟逄逯邓邝邢邬邱邵邹郁郎郑郜郝郭鄢金钟钱闫闵闻阎阚阮陆陈陶隋雷霍靳鞠韦韩顾颜饶马骆高魏鲁鲍麦黄"
    "黎齐龙龚蒯赫亓阙笪隗郇訾郏邸郗鄂濮佴禚缑昝晁郄郅眭璩芮羿庹茆贠郦雍韶钮钭仝嵇扈旷缪荀莘蓟谯习成项游解官封全"
)
# Ordinary characters that fewer than one given name in 50,000 has: pronouns, particles, verbs, things.
NEVER_GIVEN = (
    "的了是我你您他它她们吗呢吧啊呀哦这那哪什很也不没么把被让说与及或但等着过就都还又从给对向个些第号嘛哈喔咯到店数"
    "下题问点酒感并每解出去间种提动面馆需餐最评边试助目使己据糖请所找看荐度总式价表此活者电物供接件算务事玩样话议外"
    "持虑当受案压期系别只类包答具型区制示该入做息住谢门交尝费共决吃项部手导主调字认场次整几消担完减身址焦车反医回服"
    "两错置否剩值例查境技参产颗困失考疗况处户形站取买像网态组客画色视识即票且转除注资告码询符市直指已条气饭括状预择"
    "配打划享质空获候员排另写怎够准菜挑队商附管象由怕街咨负误构教界诉率线扰收味段块难逐吸铅足历析词故级造片份害嗯忧"
    "责司验低集职测较趣输离讨牌证控厅肉府限假各恐呼按护便报缓轻听移规监简额惧读角装孤快称走属似抱歉沟败档围戏冥投载"
    "烤款睡描释紧版热句寺域编皮病橙断购待执料亲甚努概往猫避协仅须落神送详尽旅鸡击剧终休遇充播坛蛋骤烦命班症链跟览杂"
    "拿擎麻络防渐锅差访叫饮肤速页痛激折替触尤切判底互孩销背伴顾币啥板距碍室房辑翻追险史贷障帧鸭坐估搜租束突软浏著奶"
    "办售奖顿脑右染派融疑袋降馈十辆督母短耐涉掉慢局缺签矩盒零径塑伤摄忙拟左苦批促饰汽纸硬势践赖虽遗刻盘醒暂察瓶异幻"
    "厌饼逻妈跑舞瑚乎药厘篇途订油父半扣础县骨跳织套污疾糕谁警货篮奏坏逃透酷犯借循暴企射破捕账旁私莓针仍急核绝偏帖滚"
    "尺混邮课谈脱脏死媒酱哥架抑惯呗讲摩赏审抗返迷冒储烧遍棵恶弗框废磁埃炒棒籍彼扩泛删幕碗盐寸敢恢捞座狗摘纹旨圈既穿"
    "卖忘馅乏封闭煮累拼冷忽归藏液戴旧贡盖沉迟倦骑绩钮劳寄酪阵摆眼插固怪岁血骰炸脚补贴危嫉妒缩匹侧抵诊赋淡滤秘淀乡瓜"
    "族丧尴尬惑退扮耗侦册衣咖忍肌倾丢畏侣漠谜肝刹番俩蜡酸鬼弹疲锻暗阻腿倒厂递碰隔挥却拖魔涂搬跨矿爆吹茄吊滑溜寓抓救"
    "悉桌挫掌迫迹疚晰税铺末渠舍栏坊串坦渡汁夹馒堪蕉股堆蹄娱踪填躁狂辨渲谱饿残筑佛摸稍杯偶轮弛妨刺床靠授疼倡毒脂碳泡"
    "啡斋谓抽覆迈截驱捉损禁蹦糊闲喝御纵纠绑聊殊杀殖贸肚婆沿肥拒翅壁综窗斤握乱裁牙邀胁胸搭"
)
# Characters of transliteration of which at least one occurrence in twelve, beside another, is in a foreign name.
MARKED_SOUNDS = (
    "阿艾埃昂奥巴邦鲍贝彼波博伯布达丹德登迪蒂丁杜顿厄恩尔法凡菲芬夫弗福冈戈格葛贡圭哈汗赫亨胡惠霍吉贾杰卡凯坎康考柯"
    "科克库夸拉莱赖朗劳勒雷里利丽莉列林琳卢鲁露伦罗洛吕马玛迈曼芒梅米缪莫默姆穆娜纳奈内尼涅努诺帕潘庞佩蓬皮普齐奇契"
    "乔琴琼瑞萨塞桑瑟森莎绍舍申圣什斯丝松索塔泰特藤廷托瓦威韦维温翁沃乌希辛逊雅亚扬耶叶泽扎哲珍卓兹宗佐桥廉弥娅妮芙"
    "伽狄翰撒奎诃嘎略"
)
